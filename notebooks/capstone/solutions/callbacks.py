"""An FTP server on `selectors`, with callbacks: one thread, many users.

usage: python callbacks.py PORT HOME USER PASSWORD

Every socket is registered with a function that the loop calls when the socket is ready:
`on_client`, `on_control`, `on_data_connection` or `on_data`. None of them waits. What must be
remembered from one call to the next is kept in `Session` and `Transfer`.
"""

from __future__ import annotations

import contextlib
import hmac
import io
import posixpath
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, BinaryIO

HOST = "127.0.0.1"
READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
CHUNK = 64 * 1024  # bytes moved for one user before the next one has its turn
LONGEST_LINE = 4096  # bytes of a command
ENOUGH = 16 * 1024  # bytes of replies that may wait; with more, no command is taken
MOST_SESSIONS = 64  # each needs up to three descriptors: control, data, file
MOST_GUESSES = 3  # wrong passwords in one session
IDLE = 300.0  # seconds without an event after which a session ends


class Server:
    """The loop, and what all sessions share."""

    def __init__(self, listener: socket.socket, home: Path, user: str, password: str) -> None:
        self.selector = selectors.DefaultSelector()
        self.listener, self.home = listener, home.resolve()
        self.user, self.password = user, password
        self.sessions: set[Session] = set()
        self.accept_again = 0.0  # not before this moment
        self.watch(listener, READ, self.on_client)

    def watch(self, sock: socket.socket, events: int, callback: Callable[[int], None]) -> None:
        """Call back on these events from now on; with no events, not any more."""
        if sock not in self.selector.get_map():
            if events:
                self.selector.register(sock, events, callback)
        elif events:
            self.selector.modify(sock, events, callback)
        else:
            self.selector.unregister(sock)

    def forget(self, sock: socket.socket | None) -> None:
        """Stop watching a socket and close it; None is allowed."""
        if sock is not None and sock.fileno() >= 0:
            self.watch(sock, 0, self.on_client)
            sock.close()

    def on_client(self, events: int) -> None:
        """Accept a client; where there are too many, say so."""
        try:
            connection, address = self.listener.accept()
        except BlockingIOError:
            return  # it has left already
        except OSError:  # no descriptor is free; serve() tries again
            self.watch(self.listener, 0, self.on_client)
            self.accept_again = time.monotonic() + 0.1
            return
        connection.setblocking(False)
        if len(self.sessions) >= MOST_SESSIONS:
            with connection, contextlib.suppress(OSError):
                connection.send(b"421 Too many users, try again later.\r\n")
            return
        self.sessions.add(Session(self, connection, address[0]))

    def serve(self) -> None:
        """Serve for ever; every step is one turn of the selector."""
        while True:
            for key, events in self.selector.select(1.0):
                # Closed or changed in this very turn? Then its event is old; a new one will come.
                if self.selector.get_map().get(key.fd) is key:
                    key.data(events)
            if time.monotonic() > self.accept_again:
                self.watch(self.listener, READ, self.on_client)
            for session in list(self.sessions):
                if time.monotonic() - session.last_event > IDLE:
                    session.close()


class Session:
    """One user: a control connection and all that belongs to it."""

    def __init__(self, server: Server, control: socket.socket, peer: str) -> None:
        self.server, self.control, self.peer = server, control, peer
        self.received, self.replies = bytearray(), bytearray()  # no whole line yet; not yet sent
        self.closing = False  # close as soon as all replies are sent
        self.user, self.logged_in, self.guesses = "", False, 0
        self.directory = "/"
        self.passive: Any = None  # a socket that listens for the data connection
        self.data: socket.socket | None = None  # is connected, and no transfer uses it yet
        self.transfer: Transfer | None = None
        self.last_event = time.monotonic()
        self.say(220, "Ready.")
        self.watch_control()

    def say(self, code: int, text: str) -> None:
        """Add a reply to what is to be sent."""
        self.replies += f"{code} {text}\r\n".encode("utf-8", "surrogateescape")

    def watch_control(self) -> None:
        """Read while both buffers have room, write while there are replies."""
        has_room = len(self.replies) < ENOUGH and len(self.received) <= LONGEST_LINE
        events = READ if has_room and not self.closing else 0
        events |= WRITE if self.replies else 0
        self.server.watch(self.control, events, self.on_control)

    def on_control(self, events: int) -> None:
        """Do what the control connection is ready for."""
        self.last_event = time.monotonic()
        try:
            if events & WRITE:
                del self.replies[: self.control.send(self.replies)]
            if events & READ:
                data = self.control.recv(LONGEST_LINE)
                if not data:
                    self.close()
                    return
                self.received += data
        except BlockingIOError:
            return
        except OSError:  # a reset: this user is gone, the others stay
            self.close()
            return
        self.go_on()

    def go_on(self) -> None:
        """Run the commands that have come, one after the other, while nothing hinders."""
        while not (self.closing or self.transfer) and len(self.replies) < ENOUGH:
            line, end, rest = self.received.partition(b"\n")
            if not end:
                if len(self.received) > LONGEST_LINE:
                    self.say(500, "This line is too long.")
                    self.closing = True
                break
            self.received = rest
            self.run(line.rstrip(b"\r").decode("utf-8", "surrogateescape"))
        if self.closing and not self.replies:
            self.close()
        else:
            self.watch_control()

    def close(self) -> None:
        """Forget this user; the one place where a session ends."""
        if self.transfer:
            self.transfer.close()
        for sock in (self.control, self.passive, self.data):
            self.server.forget(sock)
        self.server.sessions.discard(self)

    def run(self, line: str) -> None:
        """Run one command: the one place where the login is asked for and errors become replies."""
        name, _, argument = line.partition(" ")
        name = name.upper()
        if name in ANSWERS:
            self.say(*ANSWERS[name])
        elif name not in COMMANDS:
            self.say(500, "This command is not known here.")
        elif not self.logged_in and name not in BEFORE_LOGIN:
            self.say(530, "Log in with USER and PASS first.")
        else:
            try:
                COMMANDS[name](self, argument)
            except (OSError, ValueError) as error:  # ValueError: a NUL in a name
                self.say(550, getattr(error, "strerror", None) or "Not a name for a file.")

    def do_user(self, argument: str) -> None:
        """USER: the first half of a login."""
        self.user, self.logged_in = argument, False
        self.say(331, "And the password?")

    def do_pass(self, argument: str) -> None:
        """PASS: the second half; a few wrong ones end the session."""
        given = f"{self.user}\n{argument}".encode("utf-8", "surrogateescape")
        wanted = f"{self.server.user}\n{self.server.password}".encode()
        self.logged_in = hmac.compare_digest(given, wanted)
        if self.logged_in:
            self.say(230, "Welcome.")
        else:
            self.guesses += 1
            self.closing = self.guesses >= MOST_GUESSES
            self.say(421 if self.closing else 530, "This is not right.")

    def do_quit(self, argument: str) -> None:
        """QUIT: say good-bye, then close."""
        self.say(221, "Good-bye.")
        self.closing = True

    def do_type(self, argument: str) -> None:
        """TYPE: bytes are moved as they are, whichever of the two is chosen."""
        known = argument.upper() in ("A", "A N", "I", "L 8")
        self.say(*((200, "Done.") if known else (504, "Only the types A and I are done here.")))

    def do_pwd(self, argument: str) -> None:
        """PWD: the directory, its quotation marks doubled."""
        quoted = self.directory.replace('"', '""')
        self.say(257, f'"{quoted}"')

    def do_cwd(self, argument: str) -> None:
        """CWD: go to another directory."""
        path, real = self.resolve(argument)
        if not real.is_dir():
            raise NotADirectoryError(0, "No such directory.")
        self.directory = path
        self.say(250, "Done.")

    def do_cdup(self, argument: str) -> None:
        """CDUP: go to the parent directory."""
        self.do_cwd("..")

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
        for old in (self.passive, self.data):
            self.server.forget(old)
        self.data = None
        self.passive = socket.create_server((HOST, 0))
        self.passive.setblocking(False)
        self.server.watch(self.passive, READ, self.on_data_connection)
        return int(self.passive.getsockname()[1])

    def do_pasv(self, argument: str) -> None:
        """PASV: tell address and port in six numbers."""
        high, low = divmod(self.listen(), 256)
        self.say(227, f"Entering Passive Mode ({HOST.replace('.', ',')},{high},{low}).")

    def do_epsv(self, argument: str) -> None:
        """EPSV: tell the port."""
        self.say(229, f"Entering Extended Passive Mode (|||{self.listen()}|)")

    def on_data_connection(self, events: int) -> None:
        """Accept the data connection, but only from where the user is."""
        self.last_event = time.monotonic()
        try:
            connection, address = self.passive.accept()
        except OSError:
            return
        if address[0] != self.peer:
            connection.close()  # a stranger; the right one may still come
            return
        connection.setblocking(False)
        self.server.forget(self.passive)
        self.passive, self.data = None, connection
        if self.transfer:
            self.transfer.start()

    def begin(self, open_file: Callable[[], BinaryIO], sending: bool) -> None:
        """Begin a transfer; it starts when the data connection is there."""
        if not (self.data or self.passive):
            self.say(425, "Use PASV or EPSV first.")
            return
        self.transfer = Transfer(self, open_file(), sending)
        self.say(150, "Here it goes.")
        if self.data:
            self.transfer.start()

    def do_retr(self, argument: str) -> None:
        """RETR: download a file."""
        _, real = self.resolve(argument)
        self.begin(lambda: real.open("rb"), sending=True)

    def do_stor(self, argument: str) -> None:
        """STOR: upload a file."""
        _, real = self.resolve(argument)
        self.begin(lambda: real.open("wb"), sending=False)

    def do_list(self, argument: str) -> None:
        """LIST: one line for each name, as `ls -l` writes it."""
        self.begin(lambda: text_of(map(line_of, self.entries(argument))), sending=True)

    def do_nlst(self, argument: str) -> None:
        """NLST: the bare names."""
        names = (entry.name for entry in self.entries(argument))
        self.begin(lambda: text_of(names), sending=True)

    def entries(self, argument: str) -> list[Path]:
        """Return what is in a directory; options such as -a are ignored. Raises OSError."""
        _, real = self.resolve("" if argument.startswith("-") else argument)
        return sorted(real.iterdir())


class Transfer:
    """What goes over one data connection, from a file or into one."""

    def __init__(self, session: Session, file: BinaryIO, sending: bool) -> None:
        self.session, self.file, self.sending = session, file, sending
        self.chunk = b""  # read from the file and not yet sent
        self.connection: Any = None  # a socket, from start() on

    def start(self) -> None:
        """Take the session's data connection and wait until it is ready."""
        self.connection, self.session.data = self.session.data, None
        self.session.server.watch(self.connection, WRITE if self.sending else READ, self.on_data)

    def on_data(self, events: int) -> None:
        """Move one chunk."""
        self.session.last_event = time.monotonic()
        try:
            done = self.send() if self.sending else self.receive()
        except BlockingIOError:
            return
        except OSError:
            self.finish(426, "The transfer was broken off.")
            return
        if done:
            self.finish(226, "All of it is transferred.")

    def send(self) -> bool:
        """Send what the system takes; tell whether that was the last."""
        if not self.chunk:
            self.chunk = self.file.read(CHUNK)
        if not self.chunk:
            return True
        self.chunk = self.chunk[self.connection.send(self.chunk) :]
        return False

    def receive(self) -> bool:
        """Write what has come; tell whether that was the end."""
        data = self.connection.recv(CHUNK)
        self.file.write(data)
        if not data:
            self.file.close()  # now, before 226: it writes what Python still holds
        return not data

    def finish(self, code: int, text: str) -> None:
        """End the transfer with its reply, then go on with what the user asked meanwhile."""
        self.close()
        self.session.transfer = None
        self.session.say(code, text)
        self.session.go_on()

    def close(self) -> None:
        """Close file and connection."""
        self.session.server.forget(self.connection)
        with contextlib.suppress(OSError):  # a full disk ends the transfer, not the server
            self.file.close()


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


COMMANDS: dict[str, Callable[[Session, str], None]] = {
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
        sys.exit(f"{error}; usage: python callbacks.py PORT HOME USER PASSWORD")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # end as after Ctrl-C
    with listener:
        listener.setblocking(False)
        print(f"listening on {HOST}:{listener.getsockname()[1]}", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            Server(listener, Path(home), user, password).serve()


if __name__ == "__main__":
    main()
