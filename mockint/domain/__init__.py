"""The words of the field as frozen values; standard library only, no clock, no randomness, no files."""
