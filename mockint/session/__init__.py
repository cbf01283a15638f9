"""The rules of interviews and drills: pure functions; time and chance are arguments."""
