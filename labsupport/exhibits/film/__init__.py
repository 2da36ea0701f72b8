"""Lessons 12 and 13: recordings of a server's loop, one frame for each turn."""
