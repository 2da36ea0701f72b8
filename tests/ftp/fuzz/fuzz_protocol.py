#!/usr/bin/env python3
"""Coverage-guided fuzzing of ``protocol/`` with atheris (libFuzzer).

    pip install -e '.[fuzz]'
    tests/ftp/fuzz/fuzz_protocol.py -max_total_time=3600 WORK tests/ftp/fuzz/corpus

New inputs go to the directory WORK, the kept ones are read from the corpus; with ``-merge=1`` in
front of two directories libFuzzer puts the smallest inputs that reach the same into the first. A
finding is written to ``crash-…``: fix its cause, then keep the file in the corpus, which the
ordinary tests replay (``test_fuzz_protocol.py``).
"""

from __future__ import annotations

import sys
from pathlib import Path

try:
    import atheris
except ImportError:
    sys.exit("atheris is not installed: pip install -e '.[fuzz]'")

sys.path.insert(0, str(Path(__file__).resolve().parent))

with atheris.instrument_imports(include=["ftp_project"]):
    import fuzz_targets


def main() -> None:
    """Run until libFuzzer's limits, or a finding, end it."""
    atheris.Setup(sys.argv, fuzz_targets.one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
