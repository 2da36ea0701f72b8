"""Helpers of the concurrency course: what a lesson imports stands here.

``%load_ext labsupport`` in a notebook's first cell makes the magics and these names ready. The
names are loaded when they are first used: a child process that only records events must not pay
for servers and checks.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from labsupport.balancer_picture import Upload, show_uploads
    from labsupport.capstone.many import load
    from labsupport.capstone.referee import check_server
    from labsupport.check import check, hint, solution
    from labsupport.cluster import local_cluster, node_name
    from labsupport.demos import old_selectors, selectors_echo
    from labsupport.demos.select_steps import old_final
    from labsupport.explore import explore
    from labsupport.film import film
    from labsupport.film_picture import show_film
    from labsupport.film_selectors import film_loop, film_selectors
    from labsupport.glossary import glossary
    from labsupport.hang import explain_hang
    from labsupport.idle_costs import measure_idle
    from labsupport.idle_picture import show_idle
    from labsupport.network import hostile
    from labsupport.network.load import clients
    from labsupport.network.servers import running_server
    from labsupport.phases import NotOfferedError, watch_read
    from labsupport.phases_picture import show_reads
    from labsupport.pictures.bars import ratio_bars
    from labsupport.pictures.picture import Picture
    from labsupport.pictures.timeline_view import show_timelines
    from labsupport.pictures.tree import process_tree
    from labsupport.programs.extension import load_ipython_extension
    from labsupport.programs.run import run_program
    from labsupport.quiz import quiz
    from labsupport.steps import changes, step, step_text
    from labsupport.traces.recorder import Recorder
    from labsupport.traces.timeline import Span, Timeline
    from labsupport.turns import StepLock
    from labsupport.uring import Ring

__all__ = [
    "NotOfferedError",
    "Picture",
    "Recorder",
    "Ring",
    "Span",
    "StepLock",
    "Timeline",
    "Upload",
    "changes",
    "check",
    "check_server",
    "clients",
    "explain_hang",
    "explore",
    "film",
    "film_loop",
    "film_selectors",
    "glossary",
    "hint",
    "hostile",
    "load",
    "load_ipython_extension",
    "local_cluster",
    "measure_idle",
    "node_name",
    "old_final",
    "old_selectors",
    "process_tree",
    "quiz",
    "ratio_bars",
    "run_program",
    "running_server",
    "selectors_echo",
    "show_film",
    "show_idle",
    "show_reads",
    "show_timelines",
    "show_uploads",
    "solution",
    "step",
    "step_text",
    "watch_read",
]

# where each name is defined; a module itself stands in its package
_HOME = {
    "NotOfferedError": "labsupport.phases",
    "Picture": "labsupport.pictures.picture",
    "Recorder": "labsupport.traces.recorder",
    "Ring": "labsupport.uring",
    "Span": "labsupport.traces.timeline",
    "StepLock": "labsupport.turns",
    "Timeline": "labsupport.traces.timeline",
    "Upload": "labsupport.balancer_picture",
    "changes": "labsupport.steps",
    "check": "labsupport.check",
    "check_server": "labsupport.capstone.referee",
    "clients": "labsupport.network.load",
    "explain_hang": "labsupport.hang",
    "explore": "labsupport.explore",
    "film": "labsupport.film",
    "film_loop": "labsupport.film_selectors",
    "film_selectors": "labsupport.film_selectors",
    "glossary": "labsupport.glossary",
    "hint": "labsupport.check",
    "hostile": "labsupport.network",
    "load": "labsupport.capstone.many",
    "load_ipython_extension": "labsupport.programs.extension",
    "local_cluster": "labsupport.cluster",
    "measure_idle": "labsupport.idle_costs",
    "node_name": "labsupport.cluster",
    "old_final": "labsupport.demos.select_steps",
    "old_selectors": "labsupport.demos",
    "process_tree": "labsupport.pictures.tree",
    "quiz": "labsupport.quiz",
    "ratio_bars": "labsupport.pictures.bars",
    "run_program": "labsupport.programs.run",
    "running_server": "labsupport.network.servers",
    "selectors_echo": "labsupport.demos",
    "show_film": "labsupport.film_picture",
    "show_idle": "labsupport.idle_picture",
    "show_reads": "labsupport.phases_picture",
    "show_timelines": "labsupport.pictures.timeline_view",
    "show_uploads": "labsupport.balancer_picture",
    "solution": "labsupport.check",
    "step": "labsupport.steps",
    "step_text": "labsupport.steps",
    "watch_read": "labsupport.phases",
}


def __getattr__(name: str) -> Any:
    """Load a public name from the module that defines it (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"labsupport has no {name!r}; it offers {', '.join(__all__)}")
    # as `from MODULE import NAME` does it: NAME may be a module too
    return getattr(__import__(_HOME[name], fromlist=[name]), name)


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
