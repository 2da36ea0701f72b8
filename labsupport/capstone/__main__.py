"""`python -m labsupport.capstone -- COMMAND`."""

from __future__ import annotations

import sys

from labsupport.capstone.command_line import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
