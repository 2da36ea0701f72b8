"""Run the state machine of whole sessions for as long as you like.

    python tests/ftp/fuzz/long_sessions.py --minutes 60

Every round starts a new server and takes new random steps. The first broken promise ends the run
with the shortest steps that break it. Exit status: 0 when all held, 1 otherwise.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parents[1])]
os.environ.setdefault("PYTHONPATH", str(HERE.parents[2]))  # where the server is imported from

from hypothesis import HealthCheck, settings  # noqa: E402
from hypothesis.stateful import run_state_machine_as_test  # noqa: E402
from live_server import FtpServer  # noqa: E402
from session_machine import machine_for  # noqa: E402

ROUND = settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)


def one_round(options: list[str]) -> None:
    """Try 60 runs of at most 40 steps each against one new server."""
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory) / "root"
        root.mkdir()
        server = FtpServer(root, *options)
        try:
            run_state_machine_as_test(machine_for(server), settings=ROUND)
            server.stop()
        finally:
            server.kill()


def main() -> int:
    """Run rounds until the time is over; further arguments are options of the server."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=60.0)
    arguments, options = parser.parse_known_args()
    begun = time.monotonic()
    rounds = 0
    while time.monotonic() - begun < 60 * arguments.minutes:
        one_round(options)
        rounds += 1
        print(f"{(time.monotonic() - begun) / 60:.1f} min: {rounds} rounds held", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
