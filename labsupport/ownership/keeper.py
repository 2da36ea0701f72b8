"""Clear the place of a process when that ends, however it ends.

This file is a program of its own, started by `labsupport.ownership.settle` as

    python -I keeper.py PID PLACE

It waits until its parent, the process PID, is gone, by SIGKILL too, and then clears PLACE with
`leftovers`: the processes that came from PID, what they share, and the folder. It has
a session of its own, so that neither a terminal's nor a kernel's end reaches it.
"""

from __future__ import annotations

import contextlib
import os
import select
import sys
import time
from pathlib import Path


def wait_for_end(pid: int) -> None:
    """Wait until this process's parent `pid` has ended."""
    with contextlib.suppress(OSError, AttributeError):  # Linux 5.3 and later
        descriptor = os.pidfd_open(pid)
        if os.getppid() == pid:  # and not already another process of the same number
            select.select([descriptor], [], [])
            return
    while os.getppid() == pid:
        time.sleep(0.2)


def main(arguments: list[str]) -> None:
    """Read the command line that `labsupport.ownership.settle` writes, wait and clear."""
    # Isolated mode leaves the project out. It comes last, so that nothing in it hides a module.
    sys.path.append(str(Path(__file__).resolve().parents[2]))
    from labsupport.ownership.leftovers import clear

    pid, place = arguments
    wait_for_end(int(pid))
    clear(Path(place), session=int(pid))


if __name__ == "__main__":
    main(sys.argv[1:])
