"""Lesson 12's server on ``select()``, as it grows: each step is a whole program."""
