"""The judge of the capstone: takes any FTP server and says what it does and what it does not.

Read in this order: `items` (what an item is), `findings` and `wire` (the judge's own client),
`login` to `limits` (the eight stages), `serving` (the judged server), `prober` (the process of the
clients), `referee` (who judges), `report` (what was found), `command_line`; then `many` (50 users,
recorded).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from labsupport.capstone.many import Load, load
    from labsupport.capstone.referee import check_server
    from labsupport.capstone.report import Report

__all__ = ["Load", "Report", "check_server", "load"]

_HOME = {"Load": "many", "Report": "report", "check_server": "referee", "load": "many"}


def __getattr__(name: str) -> Any:
    """Load a public name when it is used (PEP 562): the clients' process needs none of them."""
    if name not in _HOME:
        raise AttributeError(f"labsupport.capstone has no {name!r}; it offers {', '.join(__all__)}")
    return getattr(import_module(f"labsupport.capstone.{_HOME[name]}"), name)
