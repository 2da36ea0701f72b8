"""Film a server on `selectors`: as `recording` does it for one on `select()`.

The server runs unchanged. Its `selectors.DefaultSelector` is one that notes each turn. A server
of coroutines is filmed as well, on the event loop that lesson 13 builds.
"""

from __future__ import annotations

import selectors
import socket
from collections.abc import Callable
from types import FrameType, SimpleNamespace
from typing import Any

from labsupport.exhibits.film.recording import Camera, Film, Script, take

Ready = list[tuple[selectors.SelectorKey, int]]


class _Camera(Camera):
    """Stands in for the module `selectors` in the server's program."""

    selector: selectors.BaseSelector | None = None

    def select(self, ask: Callable[[float | None], Ready], timeout: float | None) -> Ready:
        """Note the turn that ends here, let the script act where it wants to, and wait."""

        def both(seconds: float | None) -> tuple[Ready, tuple[list[Any], list[Any]]]:
            ready = ask(seconds)
            parts = tuple(
                [key.fileobj for key, events in ready if events & event]
                for event in (selectors.EVENT_READ, selectors.EVENT_WRITE)
            )
            return ready, (parts[0], parts[1])

        self.finish(self.held())
        for key in self._keys():
            self.name(key.fileobj)
        return self.turn(both, may_wait=timeout is None or timeout > 0)

    def _keys(self) -> list[selectors.SelectorKey]:
        known = self.selector.get_map() if self.selector is not None else None
        return list(known.values()) if known else []

    def held(self) -> dict[str, bytes]:
        """Return what waits for each client: `waiting` of the object whose method is key.data."""
        connections = [key for key in self._keys() if key.fileobj is not self.listener]
        return {
            self.name(key.fileobj): bytes(
                getattr(getattr(key.data, "__self__", None), "waiting", b"")
            )
            for key in connections
        }

    def names_of(self, frame: FrameType) -> list[str]:
        """Return the clients that a call is about: sockets, and objects that hold a connection."""
        code = frame.f_code
        given = [frame.f_locals.get(name) for name in code.co_varnames[: code.co_argcount]]
        sockets = [getattr(one, "connection", one) for one in given]
        return [self.name(one) for one in sockets if isinstance(one, socket.socket)]


class _LoopCamera(_Camera):
    """Notes the steps of a loop's tasks, and what their local variables hold."""

    def profile(self, frame: FrameType, event: str, argument: object) -> None:
        """Note a step of a task: the coroutine's name, and the client whom it serves."""
        if event != "call" or frame.f_code.co_name != "step" or "task" not in frame.f_locals:
            return
        coro = frame.f_locals["task"].coro
        names = [self.name(one) for one in _locals(coro) if isinstance(one, socket.socket)]
        self.ran.append(f"{coro.__name__}({', '.join(dict.fromkeys(names[:1]))})")

    def held(self) -> dict[str, bytes]:
        """Return what tasks that wait for room still have to send: `data`, deep in their calls."""
        held = {}
        for key in self._keys():
            if key.fileobj is not self.listener:
                coro, data = key.data.coro, b""
                while coro is not None and key.events & selectors.EVENT_WRITE:
                    data = coro.gi_frame.f_locals.get("data", data)
                    coro = coro.gi_yieldfrom
                held[self.name(key.fileobj)] = data
        return held


def _locals(coro: Any) -> list[object]:
    """Return the values of a generator's local variables, none when it has ended."""
    return list(coro.gi_frame.f_locals.values()) if coro.gi_frame else []


def film_selectors(serve: Callable[[socket.socket], object], script: Script) -> Film:
    """Run a server on `selectors` under a camera, and return the film.

    Args:
        serve: gets a listening socket; its program makes one `selectors.DefaultSelector` and calls
            what it registered as `key.data`. Where that is a method, the object's `waiting` is
            what the client must still get.
        script: what the clients do, as for `recording.film`.

    Raises:
        OSError: no connection.
    """

    return take(serve, script, _Camera, "selectors", _stand_in)


def film_loop(
    make_loop: Callable[[], Any], serve: Callable[[Any, socket.socket], object], script: Script
) -> Film:
    """Run a server of coroutines under a camera, and return the film.

    Args:
        make_loop: returns an event loop as lesson 13 builds it: with `selector`, `step(task)` and
            `run(main)`. Its timers are not filmed.
        serve: makes the main coroutine from the loop and a listening socket. A coroutine's first
            local variable that is a socket names its client.
        script: what the clients do, as for `recording.film`.

    Raises:
        OSError: no connection.
    """

    def run(listener: socket.socket) -> None:
        loop = make_loop()
        loop.selector.close()
        loop.selector = selectors.DefaultSelector()  # while the film runs: one that is filmed
        loop.run(serve(loop, listener))

    return take(run, script, _LoopCamera, "selectors", _stand_in)


def _stand_in(camera: _Camera) -> SimpleNamespace:
    """Return a module `selectors` whose default selector is filmed by the camera."""

    class FilmedSelector(selectors.DefaultSelector):
        def __init__(self) -> None:
            super().__init__()
            camera.selector = self

        def select(self, timeout: float | None = None) -> Ready:
            return camera.select(super().select, timeout)

    return SimpleNamespace(**{**vars(selectors), "DefaultSelector": FilmedSelector})
