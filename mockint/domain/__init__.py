"""The words of the field as frozen values; no clock, no randomness, no files."""
