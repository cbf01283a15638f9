"""Grading: (question, rubric, answer) to a grade; knows no screens, no databases."""
