"""An FTP server of coroutines, on the event loop of lesson 13: one thread, many users.

usage: python coroutines.py PORT HOME USER PASSWORD

Each user is one coroutine, `Session.serve`. It reads like a program for a single user; wherever it
has to wait it yields the socket and the event, and the loop lets others go on.
"""

from __future__ import annotations

import contextlib
import heapq
import hmac
import io
import itertools
import posixpath
import selectors
import signal
import socket
import sys
import time
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterable
from pathlib import Path
from typing import Any, BinaryIO

HOST = "127.0.0.1"
READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
CHUNK = 64 * 1024  # bytes moved for one user before the next one has its turn
LONGEST_LINE = 4096  # bytes of a command
MOST_SESSIONS = 64  # each needs up to three descriptors: control, data, file
MOST_GUESSES = 3  # wrong passwords in one session
IDLE = 300.0  # seconds without an event after which a session ends
CONNECT = 10.0  # seconds for a data connection to be opened

Coro = Generator[Any, Any, Any]
Reply = tuple[int, str]


class Task:
    """A coroutine in the loop, and what it waits for."""

    def __init__(self, coro: Coro) -> None:
        self.coro = coro
        self.watched: Any = None  # a socket
        self.until = 0.0  # when the wait for the socket has lasted too long
        self.problem: BaseException | None = None  # is raised in it when it goes on


class Loop:
    """Lesson 13's loop: coroutines yield seconds to sleep, or (socket, event, seconds at most)."""

    def __init__(self) -> None:
        self.ready: deque[Task] = deque()
        self.timers: list[tuple[float, int, Task]] = []
        self.numbers = itertools.count()
        self.selector = selectors.DefaultSelector()

    def spawn(self, coro: Coro) -> None:
        """Add a coroutine; it starts when its turn comes."""
        self.ready.append(Task(coro))

    def run(self, main: Coro) -> None:
        """Run a coroutine, and all that are spawned, for ever."""
        self.spawn(main)
        while True:
            for key, _ in self.selector.select(self.patience()):
                self.wake(key.data)
            while self.timers and self.timers[0][0] <= time.monotonic():
                self.ready.append(heapq.heappop(self.timers)[2])
            for _ in range(len(self.ready)):
                self.step(self.ready.popleft())

    def patience(self) -> float | None:
        """Return how long the selector may wait: not at all, until a timer, or for ever."""
        if self.ready or not self.timers:
            return 0 if self.ready else None
        return max(0.0, self.timers[0][0] - time.monotonic())

    def step(self, task: Task) -> None:
        """Run a task up to its next wait, and file it there."""
        problem, task.problem = task.problem, None
        try:
            wish = task.coro.throw(problem) if problem else next(task.coro)
        except StopIteration:
            return
        except Exception:
            traceback.print_exc()  # a fault of ours; it must not end the other users' sessions
            return
        if isinstance(wish, tuple):
            task.watched, event, seconds = wish
            task.until = time.monotonic() + seconds
            self.selector.register(task.watched, event, task)
        else:
            heapq.heappush(self.timers, (time.monotonic() + wish, next(self.numbers), task))

    def wake(self, task: Task) -> None:
        """Let a task go on that has waited for a socket."""
        self.selector.unregister(task.watched)
        task.watched = None
        self.ready.append(task)

    def watchdog(self) -> Coro:
        """Raise TimeoutError, once in a second, in all who have waited too long for a socket."""
        while True:
            yield 1.0
            for key in list(self.selector.get_map().values()):
                if key.data.until < time.monotonic():
                    key.data.problem = TimeoutError()
                    self.wake(key.data)


def readable(sock: socket.socket, seconds: float = IDLE) -> Coro:
    """Go on when `sock` can be read. Raises TimeoutError after so many seconds."""
    yield sock, READ, seconds


def send_all(sock: socket.socket, data: bytes) -> Coro:
    """Send all of `data`. Raises OSError if that fails, TimeoutError if nothing moves."""
    while data:
        yield sock, WRITE, IDLE
        with contextlib.suppress(BlockingIOError):
            data = data[sock.send(data) :]


class Server:
    """What all sessions share."""

    def __init__(self, loop: Loop, home: Path, user: str, password: str) -> None:
        self.loop, self.home = loop, home.resolve()
        self.user, self.password = user, password
        self.sessions = 0

    def accept(self, listener: socket.socket) -> Coro:
        """Accept clients for ever; each gets a coroutine of its own."""
        self.loop.spawn(self.loop.watchdog())
        while True:
            yield from readable(listener, float("inf"))
            try:
                connection, address = listener.accept()
            except BlockingIOError:
                continue  # it has left already
            except OSError:
                yield 0.1  # no descriptor is free: let others end first
                continue
            connection.setblocking(False)
            if self.sessions < MOST_SESSIONS:
                self.loop.spawn(Session(self, connection, address[0]).serve())
                self.sessions += 1
            else:
                with connection, contextlib.suppress(OSError):
                    connection.send(b"421 Too many users, try again later.\r\n")


class Session:
    """One user: a control connection and all that belongs to it."""

    def __init__(self, server: Server, control: socket.socket, peer: str) -> None:
        self.server, self.control, self.peer = server, control, peer
        self.received = b""  # not yet a whole line
        self.closing = False
        self.user, self.logged_in, self.guesses = "", False, 0
        self.directory = "/"
        self.passive: Any = None  # a socket that listens for the next data connection

    def serve(self) -> Coro:
        """Serve this user to the end, however it comes."""
        try:
            yield from self.say(220, "Ready.")
            while not self.closing:
                line = yield from self.line()
                if line is None:
                    break
                yield from self.say(*(yield from self.run(line)))
        except OSError:
            pass  # a reset, or a time-out: this user is gone, the others stay
        finally:
            self.control.close()
            if self.passive:
                self.passive.close()
            self.server.sessions -= 1

    def say(self, code: int, text: str) -> Coro:
        """Send a reply. While the user does not read, no command is taken from this session."""
        yield from send_all(self.control, f"{code} {text}\r\n".encode("utf-8", "surrogateescape"))

    def line(self) -> Coro:
        """Return the next command, or None when the user has left."""
        while b"\n" not in self.received:
            if len(self.received) > LONGEST_LINE:
                yield from self.say(500, "This line is too long.")
                return None
            yield from readable(self.control)
            try:
                data = self.control.recv(LONGEST_LINE)
            except BlockingIOError:
                continue
            if not data:
                return None
            self.received += data
        line, _, self.received = self.received.partition(b"\n")
        return line.rstrip(b"\r").decode("utf-8", "surrogateescape")

    def run(self, line: str) -> Coro:
        """Run one command: the one place where the login is asked for and errors become replies."""
        name, _, argument = line.partition(" ")
        name = name.upper()
        if name in ANSWERS:
            return ANSWERS[name]
        if name not in COMMANDS:
            return 500, "This command is not known here."
        if not self.logged_in and name not in BEFORE_LOGIN:
            return 530, "Log in with USER and PASS first."
        try:
            reply = COMMANDS[name](self, argument)
            return reply if isinstance(reply, tuple) else (yield from reply)
        except (OSError, ValueError) as error:  # ValueError: a NUL in a name
            return 550, getattr(error, "strerror", None) or "Not a name for a file."

    def do_user(self, argument: str) -> Reply:
        """USER: the first half of a login."""
        self.user, self.logged_in = argument, False
        return 331, "And the password?"

    def do_pass(self, argument: str) -> Reply:
        """PASS: the second half; a few wrong ones end the session."""
        given = f"{self.user}\n{argument}".encode("utf-8", "surrogateescape")
        wanted = f"{self.server.user}\n{self.server.password}".encode()
        self.logged_in = hmac.compare_digest(given, wanted)
        if self.logged_in:
            return 230, "Welcome."
        self.guesses += 1
        self.closing = self.guesses >= MOST_GUESSES
        return 421 if self.closing else 530, "This is not right."

    def do_quit(self, argument: str) -> Reply:
        """QUIT: say good-bye, then close."""
        self.closing = True
        return 221, "Good-bye."

    def do_type(self, argument: str) -> Reply:
        """TYPE: bytes are moved as they are, whichever of the two is chosen."""
        known = argument.upper() in ("A", "A N", "I", "L 8")
        return (200, "Done.") if known else (504, "Only the types A and I are done here.")

    def do_pwd(self, argument: str) -> Reply:
        """PWD: the directory, its quotation marks doubled."""
        return 257, '"' + self.directory.replace('"', '""') + '"'

    def do_cwd(self, argument: str) -> Reply:
        """CWD: go to another directory."""
        path, real = self.resolve(argument)
        if not real.is_dir():
            return 550, "No such directory."
        self.directory = path
        return 250, "Done."

    def do_cdup(self, argument: str) -> Reply:
        """CDUP: go to the parent directory."""
        return self.do_cwd("..")

    def resolve(self, argument: str) -> tuple[str, Path]:
        """Return the path as the user sees it, and the real one, which is inside the home.

        Links are followed before we look whether it is inside. Raises OSError or ValueError.
        """
        path = posixpath.normpath(posixpath.join("/", self.directory, argument))
        path = "/" + path.lstrip("/")
        real = (self.server.home / path[1:]).resolve()
        if not real.is_relative_to(self.server.home):
            raise FileNotFoundError(0, "No such file.")
        return path, real

    def listen(self) -> int:
        """Open a listener for one data connection, in place of an older one; return its port."""
        if self.passive:
            self.passive.close()
        self.passive = socket.create_server((HOST, 0))
        self.passive.setblocking(False)
        return int(self.passive.getsockname()[1])

    def do_pasv(self, argument: str) -> Reply:
        """PASV: tell address and port in six numbers."""
        high, low = divmod(self.listen(), 256)
        return 227, f"Entering Passive Mode ({HOST.replace('.', ',')},{high},{low})."

    def do_epsv(self, argument: str) -> Reply:
        """EPSV: tell the port."""
        return 229, f"Entering Extended Passive Mode (|||{self.listen()}|)"

    def do_retr(self, argument: str) -> Coro:
        """RETR: download a file."""
        _, real = self.resolve(argument)
        return self.transfer(lambda: real.open("rb"), send_file)

    def do_stor(self, argument: str) -> Coro:
        """STOR: upload a file."""
        _, real = self.resolve(argument)
        return self.transfer(lambda: real.open("wb"), receive_file)

    def do_list(self, argument: str) -> Coro:
        """LIST: one line for each name, as `ls -l` writes it."""
        return self.transfer(lambda: text_of(map(line_of, self.entries(argument))), send_file)

    def do_nlst(self, argument: str) -> Coro:
        """NLST: the bare names."""
        names = (entry.name for entry in self.entries(argument))
        return self.transfer(lambda: text_of(names), send_file)

    def entries(self, argument: str) -> list[Path]:
        """Return what is in a directory; options such as -a are ignored. Raises OSError."""
        _, real = self.resolve("" if argument.startswith("-") else argument)
        return sorted(real.iterdir())

    def transfer(self, open_file: Callable[[], BinaryIO], move: Callable[..., Coro]) -> Coro:
        """Move a file over a data connection and return the reply that tells how it went."""
        if not self.passive:
            return 425, "Use PASV or EPSV first."
        with open_file() as file, self.passive as listener:
            self.passive = None
            yield from self.say(150, "Here it goes.")
            try:
                data = yield from self.data_connection(listener)
            except OSError:
                return 425, "The data connection did not come."
            with data:
                try:
                    yield from move(data, file)
                except OSError:
                    return 426, "The transfer was broken off."
        return 226, "All of it is transferred."

    def data_connection(self, listener: socket.socket) -> Coro:
        """Return the data connection, taken only from where the user is."""
        while True:
            yield from readable(listener, CONNECT)
            connection, address = listener.accept()
            if address[0] == self.peer:
                connection.setblocking(False)
                return connection
            connection.close()  # a stranger; the right one may still come


def send_file(data: socket.socket, file: BinaryIO) -> Coro:
    """Send a file to its end; after each chunk the others have their turn."""
    while chunk := file.read(CHUNK):
        yield from send_all(data, chunk)


def receive_file(data: socket.socket, file: BinaryIO) -> Coro:
    """Write what comes until the user closes the data connection."""
    while True:
        yield from readable(data)
        chunk = data.recv(CHUNK)
        if not chunk:
            return
        file.write(chunk)


def line_of(entry: Path) -> str:
    """Return the line of LIST for a file, in the form of `ls -l`."""
    status = entry.lstat()
    kind = "d" if entry.is_dir() else "-"
    when = time.strftime("%b %d  %Y", time.gmtime(status.st_mtime))
    return f"{kind}rw-r--r-- 1 ftp ftp {status.st_size:>12} {when} {entry.name}"


def text_of(lines: Iterable[str]) -> BinaryIO:
    """Return lines as a file, each with CRLF at its end."""
    text = "".join(f"{line}\r\n" for line in lines)
    return io.BytesIO(text.encode("utf-8", "surrogateescape"))


COMMANDS: dict[str, Callable[[Session, str], Reply | Coro]] = {
    name[3:].upper(): method for name, method in vars(Session).items() if name.startswith("do_")
}
ANSWERS = {"NOOP": (200, "Nothing done."), "SYST": (215, "UNIX Type: L8")}  # always the same
BEFORE_LOGIN = {"USER", "PASS", "QUIT"}


def main() -> None:
    """Listen and serve until Ctrl-C or SIGTERM."""
    try:
        port, home, user, password = sys.argv[1:]
        listener = socket.create_server((HOST, int(port)), backlog=500)
    except (OSError, ValueError, OverflowError) as error:
        sys.exit(f"{error}; usage: python coroutines.py PORT HOME USER PASSWORD")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # end as after Ctrl-C
    loop = Loop()
    with listener:
        listener.setblocking(False)
        print(f"listening on {HOST}:{listener.getsockname()[1]}", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            loop.run(Server(loop, Path(home), user, password).accept(listener))


if __name__ == "__main__":
    main()
