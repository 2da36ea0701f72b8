"""Lesson 12: the steps of its server, each as a change of the last."""
