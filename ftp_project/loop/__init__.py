"""An event loop for generator coroutines: sockets, time and tasks, nothing of FTP.

Read in this order: ``traps`` (what a coroutine can ask for), ``io`` (the same as functions for
``yield from``), ``scheduler`` (the loop), ``watching`` (the selector), ``timers``, ``busypoll``,
``outside``; ``debug`` tells what holds a loop up, and with ``forgotten`` which coroutine is used
wrongly.
"""

from ftp_project.loop.io import (
    accept,
    cancel,
    close,
    connect,
    current,
    join,
    now,
    pause,
    readable_or_done,
    recv,
    recv_into,
    run_in_thread,
    sendall,
    sleep,
    spawn,
)
from ftp_project.loop.scheduler import Loop
from ftp_project.loop.task import Cancelled, LoopError, Task, TaskCancelled, TimedOut
from ftp_project.loop.traps import Coro
from ftp_project.loop.watching import SELECTORS, TooManyDescriptors

__all__ = [
    "SELECTORS",
    "Cancelled",
    "Coro",
    "Loop",
    "LoopError",
    "Task",
    "TaskCancelled",
    "TimedOut",
    "TooManyDescriptors",
    "accept",
    "cancel",
    "close",
    "connect",
    "current",
    "join",
    "now",
    "pause",
    "readable_or_done",
    "recv",
    "recv_into",
    "run_in_thread",
    "sendall",
    "sleep",
    "spawn",
]
