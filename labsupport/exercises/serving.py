"""Run a learner's server on plain sockets in a thread, count its turns, let clients visit it."""

from __future__ import annotations

import select
import socket
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from labsupport.exercises.verdicts import RIGHT, Failed, Verdict, wrong
from labsupport.exercises.visitors import PATIENCE, Visitor
from labsupport.network.address import Address

VISIT = 15.0  # seconds for all visits together
SPINNING = 200  # turns with nothing to do; a loop that waits makes none
REST = 0.05  # seconds; a loop that looks more often than this does not rest
_LOOK = 0.005  # seconds between two looks at the loop
_UNSEEN = 0.25  # seconds after which a loop that never asked `select` is not waited for


@dataclass
class Loop:
    """What is known of the learner's server while it is visited.

    Attributes:
        path: the file of the answer.
        turns: how often its loop has called select.
        error: type, message and line of the exception that ended it; "" while it runs.
        returned: whether it has ended without an exception.
    """

    path: str
    turns: int = 0
    error: str = ""
    returned: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)
    _waits_for: tuple[Any, Any, Any] | None = None

    def select(self, readers: Any, writers: Any, others: Any, timeout: float | None = None) -> Any:
        """Stand in for `select.select`: count, and tell when the loop waits."""
        self.turns += 1
        lists = (list(readers), list(writers), list(others))
        if any(found := select.select(*lists, 0)):
            return found
        if timeout is None or timeout > REST:
            self._waits_for = lists
        try:
            return select.select(*lists, timeout)
        finally:
            self._waits_for = None

    @property
    def resting(self) -> bool:
        """Whether the loop waits in select, and nothing that it asked for is ready."""
        lists, turns = self._waits_for, self.turns
        try:
            ready = lists is None or any(select.select(*lists, 0))
        except (OSError, ValueError):  # closed meanwhile: it goes on
            return False
        return not ready and self._waits_for is lists and self.turns == turns

    def expect_rest(self, occasion: str, step: str) -> None:
        """Verify that the loop waits while there is nothing to do."""
        before, begin = self.turns, time.monotonic()
        while not self.resting:
            if self.turns - before > SPINNING:
                raise Failed(
                    f"{occasion}, and the loop went round more than {SPINNING} times with nothing "
                    "to do.",
                    step,
                )
            seconds = time.monotonic() - begin
            if self.error or self.returned or seconds > (PATIENCE if self.turns else _UNSEEN):
                return  # what the clients hear, or do not, will tell
            time.sleep(_LOOK)

    def run(self, serve: Callable[[socket.socket], object], listener: socket.socket) -> None:
        """Run the server until it ends, and remember how."""
        try:
            serve(listener)
            self.returned = True
        except Exception as error:
            frames = traceback.extract_tb(error.__traceback__)
            lines = [frame.line for frame in frames if frame.filename == self.path and frame.line]
            place = f" at the line `{lines[-1]}`" if lines else ""
            text = f": {error}" if str(error) and "socket.socket" not in str(error) else ""
            self.error = f"{type(error).__name__}{text}{place}"


def visit_loop(
    answer: Callable[..., Any],
    serve: Callable[[socket.socket], object],
    visit: Callable[[Loop, Address], None],
) -> Verdict:
    """Run a server in a thread, let clients visit it from another one, and return the verdict.

    Args:
        answer: the learner's function; its module's `select` is made to count.
        serve: called with a listening socket; should serve for ever.
        visit: raises Failed at the first thing that is wrong.
    """
    loop = Loop(answer.__code__.co_filename)
    answer.__globals__["select"] = SimpleNamespace(select=loop.select, error=OSError)
    found: list[Verdict] = []
    # Not closed at the end: the server's thread still waits for it, and ends with the process.
    listener = socket.create_server(("127.0.0.1", 0), backlog=50)
    # Small buffers, which connections inherit: then a long answer never goes out in one piece.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
    address: Address = listener.getsockname()

    def run_visit() -> None:
        try:
            visit(loop, address)
            found.append(RIGHT)
        except Failed as failed:
            found.append(wrong(failed.reason, failed.step))
        except OSError as error:
            name = type(error).__name__
            step = "Keep accepting, and leave the listening socket open."
            found.append(wrong(f"a client could not connect or send ({name}).", step))

    threading.Thread(target=loop.run, args=(serve, listener), daemon=True).start()
    visiting = threading.Thread(target=run_visit, daemon=True)
    visiting.start()
    deadline = time.monotonic() + VISIT
    while visiting.is_alive() and time.monotonic() < deadline:
        time.sleep(0.01)
    verdict = found[0] if found else wrong("the clients were not served in time.", "")
    if verdict.state != "wrong":
        return verdict
    reason = verdict.reason
    if loop.error:
        reason += f" The server was dead: {loop.error}."
    elif loop.returned:
        reason += " The server function had returned."
    return wrong(reason, verdict.next_step)


__all__ = ["Failed", "Loop", "Visitor", "visit_loop"]
