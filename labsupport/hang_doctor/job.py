"""The order that tells a fresh interpreter which of a learner's functions to run, and how."""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
from pathlib import Path
from typing import Any, NamedTuple


class Job(NamedTuple):
    """One function to be run by `python -m labsupport.hang_doctor.job_runner JOBFILE`.

    Attributes:
        module_path: the file that defines the function; it is imported under its own name.
        function: the function's name.
        start_method: how multiprocessing starts processes there.
        result_path: where the outcome is written, whole or not at all.
        probe: `module:function` that is called with the learner's function and returns what
            can be written as JSON; empty to call the function itself with `arguments`.
        arguments: the pickled arguments as hexadecimal text, when there is no probe.
        scratch: an empty folder for files of the probe.
    """

    module_path: str
    function: str
    start_method: str
    result_path: str
    probe: str = ""
    arguments: str = ""
    scratch: str = ""

    def save(self, path: Path) -> None:
        """Write the order to a file."""
        path.write_text(json.dumps(self._asdict()), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Job:
        """Read an order that `save` wrote."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))


def current_start_method() -> str:
    """Return how this process starts processes; the course's choice if nothing is set yet."""
    method = multiprocessing.get_start_method(allow_none=True)
    wanted = method or os.environ.get("LAB_START_METHOD")
    methods = multiprocessing.get_all_start_methods()
    if wanted in methods:
        return wanted
    return "forkserver" if "forkserver" in methods else "spawn"


def write_whole(path: Path, value: Any) -> None:
    """Write a value as JSON so that a reader sees all of it or no file."""
    partial = path.with_name(path.name + ".part")
    partial.write_text(json.dumps(value), encoding="utf-8")
    partial.replace(path)


def runner_argv(job_path: Path) -> list[str]:
    """Return the command that carries out an order."""
    return [sys.executable, "-m", "labsupport.hang_doctor.job_runner", str(job_path)]
