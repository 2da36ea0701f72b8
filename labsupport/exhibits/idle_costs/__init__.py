"""Lesson 13: what idle connections cost with select, poll and epoll."""
