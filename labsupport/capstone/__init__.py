"""The judge of the capstone: takes any FTP server and says what it does and what it does not.

Read in this order: `items` (what an item is), `findings` and `wire` (the judge's own client),
`login` to `limits` (the eight stages), `serving` (the judged server), `prober` (the process of the
clients), `referee` (who judges), `report` (what was found), `command_line`; then `many` (50 users,
recorded).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from labsupport.capstone.many import Load, load
from labsupport.capstone.referee import judge
from labsupport.capstone.report import Report

__all__ = ["Load", "Report", "check_server", "load"]


def check_server(
    command: str | os.PathLike[str] | Sequence[str],
    stages: Iterable[int] | int = (),
    only: Iterable[str] = (),
) -> Report:
    """Judge a server and return the report, whose text is the same each time.

    Args:
        command: a Python file that takes PORT HOME USER PASSWORD, or a command with the
            placeholders {port} {home} {user} {password}, as one text or in words.
        stages: which of the stages 1 to 8 are judged, one or several; without, all of them.
        only: names of single items to judge, besides those of the stages.

    Raises:
        ValueError: the command holds no {port} or {home}, or there is no such stage or item.
    """
    return judge(command, [stages] if isinstance(stages, int) else stages, only)
