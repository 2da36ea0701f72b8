"""``python -m ftp_project``: see ``cli``."""

from ftp_project.cli import main

main()
