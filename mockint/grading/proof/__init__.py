"""Proof of a rubric: answers of known worth, graded, and what a grade that is off says about it."""
