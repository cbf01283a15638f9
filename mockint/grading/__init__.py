"""Grading: (question, rubric, answer) to grade; knows nothing of screens, files of the bank, databases."""
