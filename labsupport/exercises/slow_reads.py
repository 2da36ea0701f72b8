"""Let every lost update happen: who reads a shared value goes on only when all have read it.

`install` is called in each process of an answer before its own code. It changes how the values
of multiprocessing and the proxies of a manager are read: at its first two reads each process
meets the others, so that a probe knows how much is lost. An answer that holds a lock while it
reads and writes makes the others stand still; then the reader goes on after a moment.
"""

from __future__ import annotations

import functools
import os
from multiprocessing import managers, sharedctypes
from typing import Any

from labsupport.exercises.meeting import count, meet
from labsupport.hang_doctor.evidence.notes import Note, note, read_notes

READERS = 3  # processes that an answer of lesson 04 starts: as many meet
ROUNDS = 2  # reads of each process that meet those of the others
_round = 0  # how often this process has read
_READS = ("__getitem__", "get", "__getattribute__")  # of a manager's objects


def install() -> None:
    """Slow down the reading of shared values in this process."""
    proxy: Any = managers.BaseProxy
    original = proxy._callmethod

    @functools.wraps(original)
    def called(self: Any, name: str, *arguments: Any, **options: Any) -> Any:
        value = original(self, name, *arguments, **options)
        if name in _READS:
            _wait_for_other_readers()
        return value

    synchronized: Any = sharedctypes.Synchronized
    plain = synchronized.value

    def read(self: Any) -> Any:
        value = plain.fget(self)
        _wait_for_other_readers()
        return value

    proxy._callmethod = called
    synchronized.value = property(read, plain.fset)


def _wait_for_other_readers() -> None:
    global _round
    if _round >= ROUNDS:
        return
    notes = read_notes()
    parent = next((entry["pid"] for entry in notes if entry["kind"] == "probe"), os.getpid())
    if parent == os.getpid() or count(notes, "read-alone"):
        return
    _round += 1
    note("begin", what="read", round=_round)
    if not meet(functools.partial(_all_have_read, _round)):
        note("read-alone")
    note("end", what="read")


def _all_have_read(number: int, notes: list[Note]) -> bool:
    readers = {entry["pid"] for entry in notes if entry.get("round", 0) >= number}
    return len(readers) >= READERS or count(notes, "read-alone") > 0
