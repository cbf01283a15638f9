"""Sessions in a SQLite file that only its owner can read."""
