"""Lesson 11: the two phases of a read under each of the five I/O models."""
