"""Encoders: what turns text into vectors. Only ``sentence.py`` knows where vectors come from."""
