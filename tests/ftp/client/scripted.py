"""Servers that say what a test wants them to say, also what no decent server would say."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from typing import Any

from patience import HANG


class Scripted:
    """A listener whose connections are answered from a table, each in a thread.

    ``answers`` maps a whole command, or its first word, to the bytes of a reply, or to a function
    of the conversation that says something itself. A reply of 150 opens a data connection first.
    """

    def __init__(self, answers: dict[str, bytes | Callable[[Talk], Any]]) -> None:
        self.answers = answers
        self.talks: list[Talk] = []
        self.commands: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"ftp://anna:pw@127.0.0.1:{self.port}/"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                talk = Talk(self, self._listener.accept()[0])
                self.talks.append(talk)
                threading.Thread(target=talk.run, daemon=True).start()

    def close(self) -> None:
        with contextlib.suppress(OSError):  # closed already
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for talk in self.talks:
            with contextlib.suppress(OSError):
                talk.sock.shutdown(socket.SHUT_RDWR)


class Talk:
    """One connection with a client; ``argument`` is that of the present command."""

    def __init__(self, server: Scripted, sock: socket.socket) -> None:
        self.server, self.sock = server, sock
        self.number = len(server.talks)
        self.argument = ""
        self.data_listener = socket.create_server(("127.0.0.1", 0))
        self.data_listener.settimeout(HANG)

    def say(self, data: bytes) -> None:
        self.sock.sendall(data)

    def send_data(self, data: bytes, after: bytes = b"226 Sent.\r\n") -> None:
        """Answer a transfer: 150, the data, and what comes after it."""
        self.say(b"150 Here it comes.\r\n")
        with self.data_listener.accept()[0] as connection:
            connection.sendall(data)
        self.say(after)

    def run(self) -> None:
        with contextlib.suppress(OSError), self.sock, self.data_listener:
            self._answer("hello", b"220 Hello.\r\n")
            for line in self.sock.makefile("r", encoding="latin-1", newline="\r\n"):
                command, _, self.argument = line.rstrip("\r\n").partition(" ")
                self.server.commands.append(line.rstrip("\r\n"))
                self._answer(line.rstrip("\r\n"), self._usual(command), command)

    def _usual(self, command: str) -> bytes:
        port = self.data_listener.getsockname()[1]
        usual = {
            "USER": b"331 Password?\r\n",
            "FEAT": b"211-Features:\r\n MLST type*;size*;\r\n211 End\r\n",
            "PWD": b'257 "/" is here.\r\n',
            "EPSV": f"229 Extended (|||{port}|)\r\n".encode(),
            "SIZE": b"550 No.\r\n",
            "REST": b"350 Go on.\r\n",
        }
        return usual.get(command, b"200 Well.\r\n")

    def _answer(self, line: str, usual: bytes, command: str = "") -> None:
        answers = self.server.answers
        answer = answers.get(line, answers.get(command, usual))
        if callable(answer):
            answer(self)
        else:
            self.say(answer)


def file_of(size: int) -> bytes:
    """Return MLST's answer for a file of so many bytes."""
    return f"250-Here:\r\n type=file;size={size}; /f\r\n250 End\r\n".encode()


DIRECTORY = b"250-Here:\r\n type=dir; /d\r\n250 End\r\n"
