"""Helpers of the concurrency course: what a lesson imports stands here, and nowhere else.

``%load_ext labsupport`` in a notebook's first cell makes the magics ready; all the rest is imported
from this package by its name. A name is loaded when it is first used: a child process that only
records events must not pay for servers and checks.

The packages, from the bottom up. Each imports from itself and from those above it in this list, so
what a file stands on has been read already:

- ``demos``: programs that a lesson starts
- ``ownership``: who owns what is kept for a while, and who clears it away
- ``traces``: what happened when
- ``pictures``: timelines, bars and trees, for every front end
- ``programs``: cells as modules and programs, and the supervisor that ends them
- ``network``: servers, and the clients that visit them
- ``exhibits``: what single lessons show, with what measures it and what draws it
- ``hang_doctor``: what a stuck program waits for, and why
- ``exercises``: the texts, the probes, the judge; the quizzes and the glossary
- ``capstone``: the judge of an FTP server
"""

from __future__ import annotations

from typing import Any

# Each public name, and where it is defined: in this package's MODULE. A name may be a module too.
# After a change run ``python -m tools.face``, which tells type checkers (``__init__.pyi``).
HOME = {
    "old_selectors": "demos",
    "selectors_echo": "demos",
    "old_final": "demos.select_steps",
    "Recorder": "traces.recorder",
    "Span": "traces.timeline",
    "Timeline": "traces.timeline",
    "ratio_bars": "pictures.bars",
    "show_timelines": "pictures.timeline_view",
    "process_tree": "pictures.tree",
    "work_folder": "programs.cells",
    "load_ipython_extension": "programs.extension",
    "hostile": "network",
    "clients": "network.load",
    "running_server": "network.servers",
    "show_uploads": "exhibits.cluster.balancer_picture",
    "Upload": "exhibits.cluster.balancer_picture",
    "local_cluster": "exhibits.cluster.nodes",
    "node_name": "exhibits.cluster.nodes",
    "film": "exhibits.film.recording",
    "show_film": "exhibits.film.recording_picture",
    "film_loop": "exhibits.film.selectors_recording",
    "film_selectors": "exhibits.film.selectors_recording",
    "show_idle": "exhibits.idle_costs.costs_picture",
    "measure_idle": "exhibits.idle_costs.measurement",
    "explore": "exhibits.interleavings.explorer",
    "StepLock": "exhibits.interleavings.scheduler",
    "NotOfferedError": "exhibits.io_models.reads",
    "watch_read": "exhibits.io_models.reads",
    "show_reads": "exhibits.io_models.reads_picture",
    "Ring": "exhibits.io_models.uring",
    "changes": "exhibits.select_steps.steps",
    "step": "exhibits.select_steps.steps",
    "step_text": "exhibits.select_steps.steps",
    "explain_hang": "hang_doctor.diagnosis",
    "check": "exercises.check",
    "hint": "exercises.check",
    "solution": "exercises.check",
    "glossary": "exercises.glossary",
    "quiz": "exercises.quiz",
    "load": "capstone.many",
    "check_server": "capstone.referee",
}

__all__ = sorted(HOME)


def __getattr__(name: str) -> Any:
    """Load a public name from the module that defines it (PEP 562)."""
    if name not in HOME:
        raise AttributeError(f"labsupport has no {name!r}; it offers {', '.join(__all__)}")
    # as `from MODULE import NAME` does it, which finds modules as well
    return getattr(__import__(f"{__name__}.{HOME[name]}", fromlist=[name]), name)


def __dir__() -> list[str]:
    """Return the public names, so that completion in a notebook finds them."""
    return __all__
