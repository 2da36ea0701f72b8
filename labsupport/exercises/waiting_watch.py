"""Tell a loop that sleeps from one that spins, by its questions and not by a clock.

A scene stands for all that is still to come to an answer. Whoever asks for something that is not
there yet asks *in vain*, in one of two ways:

- it is ready to wait (`select` without a time limit, `recv` on a socket that blocks): then the
  next thing comes, so it waits for nothing;
- it only looks (a time limit of zero, or nearly): the scene counts. After `MOST` looks it is
  certain that nobody sleeps here, and things come all the same, so that the answer has an end.

So each run is the same on a fast and on a busy machine, and nothing is waited for.

`install` is called before the answer's own code (an exercise's `startup`), so that `select`,
`poll` and `epoll` are seen by whatever name the answer knows them, also through `selectors`.
"""

from __future__ import annotations

import select
import selectors
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

MOST = 60  # looks in vain; an answer that sleeps needs one for each of its sockets
REST = 0.05  # seconds; a wait that is shorter than this is a look

_select = select.select  # the real one, whatever is installed


class Scene:
    """What is still to come, and how the answer asks for it.

    Attributes:
        looks: how often it has looked in vain since something came.
        spun: whether it ever looked `MOST` times in vain.
    """

    def __init__(
        self, *coming: Callable[[], object], is_there: Callable[[], bool] = lambda: False
    ) -> None:
        """Make a scene.

        Args:
            coming: what is to come, one after the other: functions that bring it.
            is_there: tells whether something that has come was not taken yet. Who looks
                elsewhere meanwhile, such as at another socket, does not look in vain.
        """
        self.looks = 0
        self._is_there = is_there
        self.spun = False
        self._coming = deque(coming)
        self._lock = threading.Lock()

    def asked_in_vain(self, seconds: float | None) -> bool:
        """Count a look, or let the next thing come; return whether something came.

        Args:
            seconds: how long the answer is ready to wait; None: without a limit.
        """
        with self._lock:
            if seconds is not None and seconds < REST:
                if self._is_there():
                    return False
                self.looks += 1
                self.spun |= self.looks >= MOST
                if not self.spun:
                    return False
            if not self._coming:
                return False
            self.looks = 0
            self._coming.popleft()()
            return True

    def __enter__(self) -> Scene:
        """Begin: from now on questions to `select` are questions to this scene."""
        global _scene
        _scene = self
        return self

    def __exit__(self, *error: object) -> None:
        """End."""
        global _scene
        _scene = None


_scene: Scene | None = None


def is_readable(connection: Any) -> bool:
    """Tell whether `recv` would return at once."""
    return bool(_select([connection], [], [], 0)[0])


def _ask(ask: Callable[[float | None], Any], seconds: float | None) -> Any:
    """Ask for what is ready, and let the scene know when that is nothing."""
    scene = _scene
    if scene is None:
        return ask(seconds)
    while not _is_something(found := ask(0)):
        if not scene.asked_in_vain(seconds):
            return ask(seconds)
    return found


def _is_something(found: Any) -> bool:
    """Tell whether select (three lists) or poll (one list) has found something."""
    return any(found) if isinstance(found, tuple) else bool(found)


def _watched_select(
    readers: Any, writers: Any, others: Any, timeout: float | None = None, /
) -> tuple[list[Any], list[Any], list[Any]]:
    lists = [list(each) for each in (readers, writers, others)]

    def ask(seconds: float | None) -> Any:
        return _select(lists[0], lists[1], lists[2], seconds)

    return _ask(ask, timeout)  # type: ignore[no-any-return]


class _Poll:
    """A `select.poll` or `select.epoll` object whose questions are seen."""

    def __init__(self, real: Any, unit: float) -> None:
        self._real, self._unit = real, unit

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def __enter__(self) -> _Poll:
        self._real.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._real.__exit__(*error)

    def poll(self, timeout: float | None = None, *more: Any, **named: Any) -> Any:
        """Wait as the real object does."""
        limited = timeout is not None and timeout >= 0
        seconds = timeout * self._unit if limited and timeout is not None else None

        def ask(limit: float | None) -> Any:
            return self._real.poll(None if limit is None else limit / self._unit, *more, **named)

        return _ask(ask, seconds)


def install() -> None:
    """Let a scene see `select`, `poll` and `epoll`, in this process and by any name."""
    select.select = _watched_select
    # As a static method: `self._select(…)` of the selector would pass the selector first.
    selectors.SelectSelector._select = staticmethod(_watched_select)  # type: ignore[attr-defined]
    for name, kind, unit in (("poll", "PollSelector", 0.001), ("epoll", "EpollSelector", 1.0)):
        if real := getattr(select, name, None):
            make = _maker(real, unit)
            setattr(select, name, make)
            getattr(selectors, kind)._selector_cls = staticmethod(make)


def _maker(real: Any, unit: float) -> Callable[..., _Poll]:
    def make(*arguments: Any, **named: Any) -> _Poll:
        return _Poll(real(*arguments, **named), unit)

    return make
