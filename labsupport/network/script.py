"""Clients of a script that a film of a server needs: each does at once what it is told."""

from __future__ import annotations

import contextlib
import os
import socket
import struct
from dataclasses import dataclass, field
from typing import Any

PATIENCE = 2.0  # seconds in which what a client has done must reach the server


class Client:
    """A client of the script; each method acts at once."""

    def __init__(self, stage: Stage, name: str) -> None:
        self._stage, self.name = stage, name
        self.socket = socket.create_connection(stage.address, timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        stage.names[self.socket.getsockname()] = name
        stage.note(f"{name} connects")

    def send(self, data: bytes) -> None:
        """Send a small message."""
        self.socket.sendall(data)
        shown = repr(data) if len(data) <= 20 else f"{len(data)} bytes"
        self._stage.note(f"{self.name} sends {shown}")

    def receive(self) -> bytes:
        """Take what has come, or comes soon; b"" if nothing does, or the connection has ended."""
        with contextlib.suppress(OSError):
            return self.socket.recv(1 << 20)
        return b""

    def half_close(self) -> None:
        """Say that it sends no more (FIN), and go on reading."""
        self.socket.shutdown(socket.SHUT_WR)
        self._stage.note(f"{self.name} sends no more")

    def close(self) -> None:
        """Leave politely."""
        self.socket.close()
        self._stage.note(f"{self.name} leaves")

    def reset(self) -> None:
        """Break the connection with RST (SO_LINGER of 0 seconds, man 7 socket)."""
        linger = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.socket.close()
        self._stage.note(f"{self.name} breaks the connection")


@dataclass
class Stage:
    """Where a script acts: it makes the clients, and remembers what they did."""

    address: tuple[str, int]
    names: dict[Any, str] = field(default_factory=dict)
    acts: list[str] = field(default_factory=list)
    clients: list[Client] = field(default_factory=list)

    def connect(self, name: str) -> Client:
        """Return a client that has just connected."""
        self.clients.append(Client(self, name))
        return self.clients[-1]

    def note(self, act: str) -> None:
        """Remember what a client did."""
        self.acts.append(act)
