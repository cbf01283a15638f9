"""The composition root: settings, locations, the running session, the grading process."""
