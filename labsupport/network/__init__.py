"""Servers for lessons, and the clients that visit them: many, hostile, by a script, by hand."""
