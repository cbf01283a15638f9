"""How well the grader agrees with people, withstands attacks, and how fast it is."""
