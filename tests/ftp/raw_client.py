"""A client of bytes: no library of its own opinion between a test and the wire."""

from __future__ import annotations

import re
import socket

from patience import HANG


class RawClient:
    """Sends bytes, reads replies as bytes. ``sock`` may be replaced, by one under TLS."""

    def __init__(self, server, host=None):
        self.host = host or server.host
        self.sock = socket.create_connection((self.host, server.port), timeout=HANG)
        self._rest = b""
        self.greeting = self.reply()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()

    def log_in(self):
        assert self.ask(b"USER anna")[:3] == b"331"
        assert self.ask(b"PASS s3cret")[:3] == b"230"
        assert self.ask(b"TYPE I")[:3] == b"200"

    def line(self):
        """Return the next line without its end, b"" when the server has closed."""
        while b"\r\n" not in self._rest:
            data = self.sock.recv(8192)
            if not data:
                return b""
            self._rest += data
        line, _, self._rest = self._rest.partition(b"\r\n")
        return line

    def reply(self):
        """Return the next reply, its lines joined by LF (RFC 959 4.2); b"" at the end."""
        lines = [self.line()]
        while lines[0][3:4] == b"-" and not lines[-1].startswith(lines[0][:3] + b" "):
            lines.append(self.line())
            assert lines[-1], lines
        return b"\n".join(lines)

    def replies(self, count):
        """Return the codes of the next replies."""
        return [self.reply()[:3].decode() for _ in range(count)]

    def send(self, *commands):
        self.sock.sendall(b"".join(command + b"\r\n" for command in commands))

    def ask(self, command):
        self.send(command)
        return self.reply()

    def connect_data(self):
        answer = self.ask(b"EPSV")
        port = int(re.search(rb"\(\|\|\|(\d+)\|\)", answer)[1])
        return socket.create_connection((self.host, port), timeout=HANG)

    def fetch(self, command):
        """Return what a command sends over a data connection."""
        with self.connect_data() as data:
            self.send(command)
            assert self.reply()[:3] == b"150"
            with data.makefile("rb") as file:
                content = file.read()
        assert self.reply()[:3] == b"226"
        return content

    def store(self, command, content):
        with self.connect_data() as data:
            self.send(command)
            assert self.reply()[:3] == b"150"
            data.sendall(content)
        assert self.reply()[:3] == b"226"
