"""What ``course.py`` does, with nothing but the standard library.

It runs before any package is installed: it makes or refreshes the environment and then hands over
to the program that was asked for. It imports neither ``labsupport`` nor ``ftp_project``.
"""
