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
    from labsupport.capstone.many import load
    from labsupport.capstone.referee import check_server
    from labsupport.demos import old_selectors, selectors_echo
    from labsupport.demos.select_steps import old_final
    from labsupport.exercises.check import check, hint, solution
    from labsupport.exercises.glossary import glossary
    from labsupport.exercises.quiz import quiz
    from labsupport.exhibits.cluster.balancer_picture import Upload, show_uploads
    from labsupport.exhibits.cluster.nodes import local_cluster, node_name
    from labsupport.exhibits.film.recording import film
    from labsupport.exhibits.film.recording_picture import show_film
    from labsupport.exhibits.film.selectors_recording import film_loop, film_selectors
    from labsupport.exhibits.idle_costs.costs_picture import show_idle
    from labsupport.exhibits.idle_costs.measurement import measure_idle
    from labsupport.exhibits.interleavings.explorer import explore
    from labsupport.exhibits.interleavings.scheduler import StepLock
    from labsupport.exhibits.io_models.reads import NotOfferedError, watch_read
    from labsupport.exhibits.io_models.reads_picture import show_reads
    from labsupport.exhibits.io_models.uring import Ring
    from labsupport.exhibits.select_steps.steps import changes, step, step_text
    from labsupport.hang_doctor.diagnosis import explain_hang
    from labsupport.network import hostile
    from labsupport.network.load import clients
    from labsupport.network.servers import running_server
    from labsupport.pictures.bars import ratio_bars
    from labsupport.pictures.picture import Picture
    from labsupport.pictures.timeline_view import show_timelines
    from labsupport.pictures.tree import process_tree
    from labsupport.programs.extension import load_ipython_extension
    from labsupport.programs.run import run_program
    from labsupport.traces.recorder import Recorder
    from labsupport.traces.timeline import Span, Timeline

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
    "NotOfferedError": "labsupport.exhibits.io_models.reads",
    "Picture": "labsupport.pictures.picture",
    "Recorder": "labsupport.traces.recorder",
    "Ring": "labsupport.exhibits.io_models.uring",
    "Span": "labsupport.traces.timeline",
    "StepLock": "labsupport.exhibits.interleavings.scheduler",
    "Timeline": "labsupport.traces.timeline",
    "Upload": "labsupport.exhibits.cluster.balancer_picture",
    "changes": "labsupport.exhibits.select_steps.steps",
    "check": "labsupport.exercises.check",
    "check_server": "labsupport.capstone.referee",
    "clients": "labsupport.network.load",
    "explain_hang": "labsupport.hang_doctor.diagnosis",
    "explore": "labsupport.exhibits.interleavings.explorer",
    "film": "labsupport.exhibits.film.recording",
    "film_loop": "labsupport.exhibits.film.selectors_recording",
    "film_selectors": "labsupport.exhibits.film.selectors_recording",
    "glossary": "labsupport.exercises.glossary",
    "hint": "labsupport.exercises.check",
    "hostile": "labsupport.network",
    "load": "labsupport.capstone.many",
    "load_ipython_extension": "labsupport.programs.extension",
    "local_cluster": "labsupport.exhibits.cluster.nodes",
    "measure_idle": "labsupport.exhibits.idle_costs.measurement",
    "node_name": "labsupport.exhibits.cluster.nodes",
    "old_final": "labsupport.demos.select_steps",
    "old_selectors": "labsupport.demos",
    "process_tree": "labsupport.pictures.tree",
    "quiz": "labsupport.exercises.quiz",
    "ratio_bars": "labsupport.pictures.bars",
    "run_program": "labsupport.programs.run",
    "running_server": "labsupport.network.servers",
    "selectors_echo": "labsupport.demos",
    "show_film": "labsupport.exhibits.film.recording_picture",
    "show_idle": "labsupport.exhibits.idle_costs.costs_picture",
    "show_reads": "labsupport.exhibits.io_models.reads_picture",
    "show_timelines": "labsupport.pictures.timeline_view",
    "show_uploads": "labsupport.exhibits.cluster.balancer_picture",
    "solution": "labsupport.exercises.check",
    "step": "labsupport.exhibits.select_steps.steps",
    "step_text": "labsupport.exhibits.select_steps.steps",
    "watch_read": "labsupport.exhibits.io_models.reads",
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
