"""mockint: a mock interview in your terminal."""
