"""Clients by the hundred, and what a server's process costs while they are there."""

from __future__ import annotations

import contextlib
import socket

import psutil
from patience import HANG

#: seconds of the server's clock, which tests move, and the options that set them
LIMIT = 100
LIMITS = tuple(f"--{name}-timeout={LIMIT}" for name in ("login", "stall", "connect"))


def connect(server, count):
    """Return ``count`` connections to the server's door; nothing is read or sent."""
    return [socket.create_connection((server.host, server.port), HANG) for _ in range(count)]


def resident(server):
    """Return the bytes of memory that the server holds."""
    return psutil.Process(server.process.pid).memory_info().rss


def reset(sock):
    """Close a connection so that the peer sees a reset (SO_LINGER of 0 s, man 7 socket)."""
    with contextlib.suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    sock.close()


def last_words(sock):
    """Return all that a connection sends until the server closes it."""
    words = b""
    with contextlib.suppress(ConnectionResetError):
        while data := sock.recv(8192):
            words += data
    return words


def ask(ftp, command):
    """Return the answer to a command, whether it is an error or not, from an ftplib client."""
    ftp.putcmd(command)
    return ftp.getmultiline()
