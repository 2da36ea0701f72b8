"""The command ``python -m tools.machine``."""

from __future__ import annotations

import sys

from tools.machine.examination import main

sys.exit(main(sys.argv[1:]))
