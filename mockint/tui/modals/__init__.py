"""Questions and notes that lie over a screen."""
