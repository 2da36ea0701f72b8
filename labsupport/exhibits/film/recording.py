"""Film a server: real sockets, the real program, one frame for each turn of its loop on `select()`.

The server runs unchanged in this thread. Its `select` is replaced by one that notes what comes in
and out, and that lets a script of clients act between two turns. So the film is the same each time.
"""

from __future__ import annotations

import contextlib
import select
import socket
import sys
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass
from types import CodeType, FrameType, SimpleNamespace
from typing import Any, TypeVar

from labsupport.network.script import PATIENCE, Stage

MOST_TURNS = 200  # without a client's act: then the loop spins
MOST_SHOWN = 30
LISTENER = "listener"
Script = Callable[["Stage"], Generator[int | None, None, None]]
Lists = tuple[list[Any], list[Any], list[Any]]
T = TypeVar("T")
C = TypeVar("C", bound="Camera")


@dataclass(frozen=True)
class Turn:
    """One turn of the loop.

    Attributes:
        before: what the clients did before it.
        readable: who was ready for reading, as select said.
        writable: who was ready for writing.
        ran: the server's functions that were called then, with the client's name.
        buffers: after the turn, for each client the bytes that it must still get.
    """

    before: tuple[str, ...]
    readable: tuple[str, ...]
    writable: tuple[str, ...]
    ran: tuple[str, ...]
    buffers: dict[str, bytes]

    def __str__(self) -> str:
        ready = [f"{verb} {', '.join(names)}" for verb, names in self._ready if names]
        waiting = [f"{name} {len(data)}" for name, data in self.buffers.items()]
        return (
            f"{' · '.join(ready):<24} {', '.join(self.ran) or '-':<26} "
            f"{', '.join(waiting) or '(nobody)'}"
        )

    @property
    def _ready(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        return ("read", self.readable), ("write", self.writable)


@dataclass(frozen=True)
class Film:
    """The turns of a server's loop, in order; `film[3]` is turn 3, counted from 1.

    Attributes:
        turns: the turns.
        ending: "quiet" (nothing is to do any more), "spins" (it goes round without end) or the
            type of the exception that ended the server.
    """

    turns: tuple[Turn, ...]
    ending: str

    def __len__(self) -> int:
        return len(self.turns)

    def __getitem__(self, number: int) -> Turn:
        if not 1 <= number <= len(self.turns):
            raise IndexError(f"there are turns 1 to {len(self.turns)}, not {number}")
        return self.turns[number - 1]

    def __str__(self) -> str:
        lines = [f"     {'select says':<24} {'then runs':<26} bytes waiting"]
        for number, turn in enumerate(self.turns, 1):
            if number > MOST_SHOWN:
                lines.append("  …")
                break
            lines += [f"     » {act}" for act in turn.before]
            lines.append(f"{number:>3}  {turn}")
        return "\n".join([*(line.rstrip() for line in lines), f"in the end: {self.ending}"])

    __repr__ = __str__


class _CutError(BaseException):
    """The film is over. No Exception, so that no server catches it."""


class Camera:
    """Watches the turns of a server's loop, and lets the script act between them."""

    def __init__(
        self, stage: Stage, listener: socket.socket, script: Script, code: CodeType
    ) -> None:
        self.stage, self.listener, self.code = stage, listener, code
        self.script = script(stage)
        self.wait_turns = 0  # turns that the script lets pass before it acts again
        self.over = False
        self.turns: list[Turn] = []
        self.open: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]] | None = None
        self.ran: list[str] = []
        self.known: dict[socket.socket, str] = {}
        self.gone: set[socket.socket] = set()  # sockets that the server has closed
        self.since_act = 0
        self.wait_for_turn = False
        self.ending = "quiet"

    def name(self, one: object) -> str:
        """Return the name of one of the server's sockets."""
        if one is self.listener or not isinstance(one, socket.socket):
            return LISTENER
        if one not in self.known:
            with contextlib.suppress(OSError):  # it has been reset already
                self.known[one] = self.stage.names.get(one.getpeername(), "?")
        return self.known.setdefault(one, "?")

    def turn(
        self, ask: Callable[[float], tuple[T, Sequence[list[Any]]]], may_wait: bool = True
    ) -> T:
        """Begin a turn: wait for what is ready, and let the script act where it wants to.

        `ask` waits for some seconds; it returns what the server's call returns, and the sockets
        that can be read and those that can be written to. A loop that has something else to do
        may not wait.
        """
        found, ready = ask(0)
        if not may_wait and not any(ready):
            return self.begin(found, ready)
        if self.wait_turns:
            self.wait_turns -= 1
        if not self.wait_turns and (self.wait_for_turn or not any(ready)):
            self.act()
            found, ready = ask(PATIENCE)
        if not any(ready):
            raise _CutError
        return self.begin(found, ready)

    def begin(self, found: T, ready: Sequence[list[Any]]) -> T:
        """Note who is ready as the turn begins; raise when the loop only spins."""
        self.since_act += 1
        if self.since_act > MOST_TURNS:
            self.ending = "spins"
            raise _CutError
        self.wait_for_turn = bool(self.wait_turns)
        before, self.stage.acts = tuple(self.stage.acts), []
        readable, writable = (tuple(self.name(one) for one in part) for part in ready)
        self.open = before, readable, writable
        self.ran = []
        return found

    def act(self) -> None:
        """Let the script do its next step."""
        try:
            wanted = next(self.script)
        except StopIteration:
            raise _CutError from None
        self.wait_turns = wanted or 0
        self.since_act = 0

    def finish(self, held: dict[str, bytes]) -> None:
        """Close the open turn, with what the server's buffers hold now."""
        if self.open is None:
            return
        closed = [one for one in self.known if one.fileno() == -1 and one not in self.gone]
        self.gone.update(closed)
        self.ran += [f"closed: {self.known[one]}" for one in closed]
        self.turns.append(Turn(*self.open, tuple(self.ran), held))
        self.open = None

    def profile(self, frame: FrameType, event: str, argument: object) -> None:
        """Note a call that the server's loop makes of its own functions (sys.setprofile)."""
        code, caller = frame.f_code, frame.f_back
        if event != "call" or caller is None or caller.f_code is not self.code:
            return
        if code.co_filename != self.code.co_filename or code.co_name.startswith("<"):
            return
        self.ran.append(f"{code.co_name}({', '.join(self.names_of(frame))})")

    def names_of(self, frame: FrameType) -> list[str]:
        """Return the names of the clients whose sockets a call was given."""
        code = frame.f_code
        given = [frame.f_locals.get(name) for name in code.co_varnames[: code.co_argcount]]
        return [self.name(one) for one in given if isinstance(one, socket.socket)]


class _SelectCamera(Camera):
    """Stands in for the module `select` in the server's program."""

    def select(self, *lists: Iterable[Any]) -> Lists:
        """Note the turn that ends here, let the script act where it wants to, and wait."""
        readers, writers, others = (list(part) for part in lists[:3])
        where = sys._getframe(1).f_locals
        buffers: Any = where.get("buffers") or where.get("waiting") or {}
        self.finish({self.name(one): bytes(data) for one, data in buffers.items()})
        for one in (*readers, *writers):
            self.name(one)

        def ask(seconds: float) -> tuple[Lists, Sequence[list[Any]]]:
            found = select.select(readers, writers, others, seconds)
            return found, found[:2]

        return self.turn(ask)


def film(serve: Callable[[socket.socket], object], script: Script) -> Film:
    """Run a server under a camera, and return the film.

    Args:
        serve: gets a listening socket; its program calls `select.select` and keeps what clients
            must still get in a dict `buffers` (or `waiting`) of the function that calls it.
        script: a generator function that gets the stage. It lets clients act and yields: None to
            let the server go on until nothing is ready, or a number of turns. Where it ends, the
            film ends.

    Raises:
        OSError: no connection.
    """
    return take(
        serve, script, _SelectCamera, "select", lambda camera: SimpleNamespace(select=camera.select)
    )


def take(
    serve: Callable[[socket.socket], object],
    script: Script,
    make_camera: Callable[[Stage, socket.socket, Script, CodeType], C],
    module: str,
    stand_in: Callable[[C], object],
) -> Film:
    """Run `serve` with `stand_in(camera)` in place of a module of its program; see `film`."""
    home = serve.__globals__
    with socket.create_server(("127.0.0.1", 0), backlog=100) as listener:
        listener.setblocking(False)
        stage = Stage(listener.getsockname())
        camera = make_camera(stage, listener, script, serve.__code__)
        before, profiler = home[module], sys.getprofile()
        home[module] = stand_in(camera)
        sys.setprofile(camera.profile)
        try:
            serve(listener)
        except _CutError:
            pass
        except Exception as error:  # the film shows how a server dies
            camera.ending = f"{type(error).__name__}, the server is dead"
            camera.finish({})
        finally:
            sys.setprofile(profiler)
            home[module] = before
            camera.script.close()
            for one in (*camera.known, *(client.socket for client in stage.clients)):
                one.close()
    return Film(tuple(camera.turns), camera.ending)
