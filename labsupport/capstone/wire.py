"""One control connection of the judge's own client: what was sent, what came, all with deadlines.

It is deliberately simple: it shows every byte, and it can do what no polite client does.
"""

from __future__ import annotations

import contextlib
import re
import select
import socket
import time
from dataclasses import dataclass, field
from pathlib import Path

from labsupport.capstone.findings import Unmet, codes, printable, reset, told

HOST = "127.0.0.1"
WAIT = 5.0  # seconds for one answer
LONGEST_LINE = 8192  # bytes of a reply's line; far more than any server needs
MOST_LINES = 200  # lines of one reply
CHUNK = 64 * 1024


@dataclass(frozen=True)
class Reply:
    """A reply: its code, and the text of its lines without the codes (RFC 959, 4.2)."""

    code: str
    text: str


@dataclass
class Place:
    """Where the judged server is, and how long the item may still take.

    Attributes:
        port: where it listens on 127.0.0.1.
        home: the folder that the user sees as "/".
        user, password: the login that must work.
        pid: the server's process; 0 where it is not known.
        seconds: time for the whole item.
    """

    port: int
    home: Path
    user: str
    password: str
    pid: int = 0
    seconds: float = 20.0
    _until: float = 0.0
    _closing: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    def __enter__(self) -> Place:
        self._until = time.monotonic() + self.seconds
        return self

    def __exit__(self, *error: object) -> None:
        self._closing.close()

    def left(self, most: float = WAIT) -> float:
        """Return how many seconds the next wait may take, at least a moment."""
        return max(0.01, min(most, self._until - time.monotonic()))

    def over(self) -> bool:
        """Tell whether the item's time is up."""
        return time.monotonic() >= self._until

    def keep(self, connection: socket.socket) -> socket.socket:
        """Close this socket when the item ends, however it ends."""
        self._closing.callback(connection.close)
        return connection

    def connect(self, room: int = 0) -> Wire:
        """Open a control connection; the greeting is not read yet. Raises Unmet without one.

        `room` is the size of its buffers in the system, 0 for the system's choice.
        """
        return Wire(self, room)

    def session(self, room: int = 0) -> Wire:
        """Open a control connection and log in, in image type where the server knows types.

        Whether it knows them is asked in stage 2; a server of stage 1 need not. Raises Unmet if
        there is no greeting, no login or no reply.
        """
        wire = self.connect(room)
        wire.reply("220")
        wire.login()
        wire.ask("TYPE I", "200", "5")
        return wire


class Wire:
    """A control connection; every wait has a deadline, every failure is an `Unmet`."""

    def __init__(self, place: Place, room: int = 0) -> None:
        self.place = place
        self.sent = "(a new connection)"
        self._got = bytearray()
        self.socket = self._open(place.port, room, "a connection")
        # Each send() travels at once: no waiting for more (Nagle, RFC 896).
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, data: bytes, as_told: str = "") -> None:
        """Send bytes as they are; `as_told` is what a report shows in their place."""
        self.sent = as_told or printable(data.rstrip(b"\r\n"))
        try:
            self.socket.settimeout(self.place.left())
            self.socket.sendall(data)
        except OSError as error:
            raise Unmet("that it is taken", self.sent, told(error)) from None

    def reply(self, *wanted: str) -> Reply:
        """Return the next reply. Raises Unmet if its code does not begin like one that is wanted.

        A reply of several lines ends with its code and a space (RFC 959, 4.2).
        """
        wish = codes(wanted) or "a reply"
        first = self._line(wish)
        found = re.match(rb"([1-6]\d\d)([ -]|$)", first)
        if not found:
            raise Unmet(wish, self.sent, f"a line that is no reply: {printable(first)}")
        lines, code = [first[4:]], found[1].decode()
        last = first
        while last[3:4] == b"-" or last[:4] not in (found[1] + b" ", found[1]):
            last = self._line(wish)
            lines.append(last[4:] if last.startswith(found[1]) else last)
            if len(lines) > MOST_LINES:
                raise Unmet(wish, self.sent, f"a reply of more than {MOST_LINES} lines")
        reply = Reply(code, printable(b" ".join(lines)))
        if wanted and not code.startswith(wanted):
            raise Unmet(wish, self.sent, f"{code} {reply.text}".strip())
        return reply

    def ask(self, command: str, *wanted: str) -> Reply:
        """Send one command and return its reply. Raises Unmet as `reply` does."""
        hidden = "PASS ********" if command.startswith("PASS ") else ""
        self.send(command.encode() + b"\r\n", hidden)
        return self.reply(*wanted)

    def login(self) -> None:
        """Log in as the judge's user (RFC 959, 5.4: 331 or 230, then 230)."""
        if self.ask(f"USER {self.place.user}", "331", "230").code == "331":
            self.ask(f"PASS {self.place.password}", "230", "202")

    def directory(self) -> str:
        """Return the current directory, taken from PWD's quotation marks (RFC 959, Appendix II)."""
        text = self.ask("PWD", "257").text
        found = re.match(r'"((?:[^"]|"")*)"', text)
        if not found:
            raise Unmet("a path in quotation marks", "PWD", f"257 {text}")
        return found[1].replace('""', '"')

    def still_works(self, after: str) -> None:
        """Send NOOP and want its reply: the session goes on after what a report calls `after`.

        A server without NOOP loses one item, and not all that look whether it goes on.
        """
        self.send(b"NOOP\r\n", f"{after}, then NOOP")
        self.reply("200", "500", "502")

    def passive_port(self) -> int:
        """Return where a data connection may be opened: by PASV, or EPSV where there is none."""
        reply = self.ask("PASV", "227", "5")
        if reply.code == "227":
            found = re.search(r"\d+,\d+,\d+,\d+,(\d+),(\d+)", reply.text)
            if not found:
                raise Unmet("227 with (h1,h2,h3,h4,p1,p2)", "PASV", f"227 {reply.text}")
            return int(found[1]) * 256 + int(found[2])
        reply = self.ask("EPSV", "229")
        found = re.search(r"\|\|\|(\d+)\|", reply.text)
        if not found:
            raise Unmet("229 with (|||port|)", "EPSV", f"229 {reply.text}")
        return int(found[1])

    def data(self, port: int = 0, room: int = 0) -> socket.socket:
        """Open a data connection; `room` is the size of its buffers, 0 for the system's choice."""
        port = port or self.passive_port()
        return self._open(port, room, "a data connection")

    def _open(self, port: int, room: int, wish: str) -> socket.socket:
        connection = self.place.keep(socket.socket())
        if room:  # before connect(): it decides how large a window is offered
            for buffer in (socket.SO_RCVBUF, socket.SO_SNDBUF):
                connection.setsockopt(socket.SOL_SOCKET, buffer, room)
        try:
            connection.settimeout(self.place.left())
            connection.connect((HOST, port))
        except (OSError, OverflowError) as error:
            came = told(error) if isinstance(error, OSError) else "a port that cannot be"
            raise Unmet(wish, self.sent, came) from None
        return connection

    def transfer(self, command: str, room: int = 0) -> socket.socket:
        """Open a data connection and begin a transfer: the reply 150 or 125 has come."""
        connection = self.data(room=room)
        self.ask(command, "150", "125")
        return connection

    def read_all(self, connection: socket.socket, most: int) -> bytes:
        """Return all that comes over a data connection. Raises Unmet for more than `most`."""
        got = bytearray()
        try:
            while True:
                connection.settimeout(self.place.left())
                piece = connection.recv(CHUNK)
                got += piece
                if not piece or len(got) > most:
                    break
        except OSError as error:
            came = f"{len(got)} bytes, then {told(error)}"
            raise Unmet("all data, then its end", self.sent, came) from None
        finally:
            connection.close()
        if len(got) > most:
            raise Unmet(f"at most {most} bytes", self.sent, "more, without end")
        return bytes(got)

    def fetch(self, command: str, most: int = 32 * 1024 * 1024) -> bytes:
        """Return the data of a whole transfer; 226 or 250 has come at its end."""
        connection = self.transfer(command)
        got = self.read_all(connection, most)
        self.reply("226", "250")
        return got

    def store(self, command: str, data: bytes) -> None:
        """Send the data of a whole transfer; 226 or 250 has come at its end."""
        with self.transfer(command) as connection:
            self.push(connection, data)
        self.reply("226", "250")

    def push(self, connection: socket.socket, data: bytes) -> None:
        """Send bytes over a data connection. Raises Unmet when they are not taken in time."""
        try:
            connection.settimeout(self.place.left())
            connection.sendall(data)
        except OSError as error:
            raise Unmet("that the data is taken", self.sent, told(error)) from None

    def quiet(self, seconds: float) -> bool:
        """Tell whether nothing comes for some seconds."""
        return not self._got and not select.select([self.socket], [], [], seconds)[0]

    def ended(self) -> bool:
        """Tell whether the server closes the connection in time; what else it says is ignored."""
        try:
            while not self.place.over():
                self.socket.settimeout(self.place.left())
                if not self.socket.recv(CHUNK):
                    return True
        except TimeoutError:
            return False
        except OSError:
            return True
        return False

    def close(self) -> None:
        """Close the connection politely."""
        self.socket.close()

    def reset(self) -> None:
        """Break the connection with a reset."""
        reset(self.socket)

    def _line(self, wish: str) -> bytes:
        while b"\n" not in self._got:
            if len(self._got) > LONGEST_LINE:
                raise Unmet(wish, self.sent, f"a line of more than {LONGEST_LINE} bytes")
            try:
                self.socket.settimeout(self.place.left())
                piece = self.socket.recv(LONGEST_LINE)
            except OSError as error:
                raise Unmet(wish, self.sent, told(error)) from None
            if not piece:
                raise Unmet(wish, self.sent, "the server closed the connection")
            self._got += piece
        line, _, self._got = self._got.partition(b"\n")
        return bytes(line.removesuffix(b"\r"))
