"""The commands of ``python -m ftp_project``, one module each; ``ftp_project.cli`` puts them up.

What is heavy is imported inside the functions: help and mistakes are answered at once.
"""
