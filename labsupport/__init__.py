"""Helpers of the concurrency course: what a lesson imports stands here.

``%load_ext labsupport`` in a notebook's first cell makes the magics and these names ready. The
names are loaded when they are first used: a child process that only records events must not pay
for servers and checks.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from labsupport import hostile
    from labsupport.bars import ratio_bars
    from labsupport.check import check, hint, solution
    from labsupport.clients import clients
    from labsupport.drawing import show_timelines
    from labsupport.events import Recorder
    from labsupport.explore import explore
    from labsupport.extension import load_ipython_extension
    from labsupport.glossary import glossary
    from labsupport.hang import explain_hang
    from labsupport.modules import work_folder
    from labsupport.picture import Picture
    from labsupport.programs import run_program
    from labsupport.quiz import quiz
    from labsupport.servers import running_server
    from labsupport.timeline import Timeline
    from labsupport.turns import StepLock

__all__ = [
    "Picture",
    "Recorder",
    "StepLock",
    "Timeline",
    "check",
    "clients",
    "explain_hang",
    "explore",
    "glossary",
    "hint",
    "hostile",
    "load_ipython_extension",
    "quiz",
    "ratio_bars",
    "run_program",
    "running_server",
    "show_timelines",
    "solution",
    "work_folder",
]

_HOME = {
    "Picture": "picture",
    "Recorder": "events",
    "StepLock": "turns",
    "Timeline": "timeline",
    "check": "check",
    "clients": "clients",
    "explain_hang": "hang",
    "explore": "explore",
    "glossary": "glossary",
    "hint": "check",
    "load_ipython_extension": "extension",
    "quiz": "quiz",
    "ratio_bars": "bars",
    "run_program": "programs",
    "running_server": "servers",
    "show_timelines": "drawing",
    "solution": "check",
    "work_folder": "modules",
}


def __getattr__(name: str) -> Any:
    """Load a public name from the module that defines it (PEP 562)."""
    if name == "hostile":
        return import_module("labsupport.hostile")
    if name not in _HOME:
        raise AttributeError(f"labsupport has no {name!r}; it offers {', '.join(__all__)}")
    return getattr(import_module(f"labsupport.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    """Return the public names, so that completion in a notebook finds them."""
    return __all__


class _Package(ModuleType):
    """This package, where `clients`, `check` and `quiz` stay functions.

    The import of a submodule makes it an attribute of its package (Python docs, "The import
    system", 5.4.2); here it would hide the function of the same name.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _HOME and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
