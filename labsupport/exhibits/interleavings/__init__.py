"""Lessons 04 and 06: all orders in which small threads can run."""
