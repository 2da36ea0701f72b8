"""Film a server on `selectors`: as `labsupport.film` does it for one on `select()`.

The server runs unchanged. Its `selectors.DefaultSelector` is one that notes each turn.
"""

from __future__ import annotations

import selectors
import socket
from collections.abc import Callable
from types import FrameType, SimpleNamespace
from typing import Any

from labsupport.film import Camera, Film, Script, take

Ready = list[tuple[selectors.SelectorKey, int]]


class _Camera(Camera):
    """Stands in for the module `selectors` in the server's program."""

    selector: selectors.BaseSelector | None = None

    def select(self, ask: Callable[[float | None], Ready]) -> Ready:
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
        return self.turn(both)

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


def film_selectors(serve: Callable[[socket.socket], object], script: Script) -> Film:
    """Run a server on `selectors` under a camera, and return the film.

    Args:
        serve: gets a listening socket; its program makes one `selectors.DefaultSelector` and calls
            what it registered as `key.data`. Where that is a method, the object's `waiting` is
            what the client must still get.
        script: what the clients do, as for `labsupport.film.film`.

    Raises:
        OSError: no connection.
    """

    def stand_in(camera: _Camera) -> SimpleNamespace:
        class FilmedSelector(selectors.DefaultSelector):
            def __init__(self) -> None:
                super().__init__()
                camera.selector = self

            def select(self, timeout: float | None = None) -> Ready:
                return camera.select(super().select)

        return SimpleNamespace(**{**vars(selectors), "DefaultSelector": FilmedSelector})

    return take(serve, script, _Camera, "selectors", stand_in)
