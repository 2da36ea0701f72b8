"""Talk to a server of the course from a terminal: ``python -m labsupport.network.talk PORT``.

What you type goes to the server line by line; what the server sends is shown as it comes. The end
of your input (Ctrl-D) says goodbye and waits for the last answer; Ctrl-C leaves at once.
"""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Iterable
from typing import TextIO

HOST = "127.0.0.1"
USAGE = (
    "usage: python -m labsupport.network.talk PORT\n\n"
    "Connect to a server on this machine and talk to it."
)
SECONDS_FOR_THE_END = 5.0


def show_answers(connection: socket.socket, output: TextIO) -> None:
    """Write what the peer sends, as it comes, until it closes the connection.

    Bytes that are no UTF-8 are shown as replacement characters: a terminal must not end on them.
    """
    with connection.makefile("r", encoding="utf-8", errors="replace", newline="") as answers:
        while text := answers.readline():
            output.write(text)
            output.flush()
    output.write("[the server has closed the connection]\n")
    output.flush()


def talk(connection: socket.socket, lines: Iterable[str], output: TextIO) -> None:
    """Send lines over a connection while another thread shows the answers.

    Args:
        connection: a connected stream socket.
        lines: what to send; their end half-closes the connection (``shutdown``, see
            ``man 2 shutdown``), so that the server can still answer.
        output: where the answers go.
    """
    reader = threading.Thread(target=show_answers, args=(connection, output), daemon=True)
    reader.start()
    try:
        for line in lines:
            connection.sendall(line.encode())
        connection.shutdown(socket.SHUT_WR)
    except OSError:  # the server has left first; the reader says so
        pass
    reader.join(SECONDS_FOR_THE_END)


def main(arguments: list[str]) -> int:
    """Connect and talk; return 0, 1 if nobody listens there, 2 for a wrong call."""
    if arguments in (["-h"], ["--help"]):
        print(USAGE)
        return 0
    try:
        (word,) = arguments
        port = int(word)
        if not 0 < port < 65536:
            raise ValueError(word)
    except ValueError:
        print("Give the port that the server printed, a number up to 65535.", file=sys.stderr)
        return 2
    try:
        connection = socket.create_connection((HOST, port), timeout=SECONDS_FOR_THE_END)
    except OSError as error:
        reason = error.strerror or error
        print(f"Nobody answers on {HOST}:{port} ({reason}): start a server first.", file=sys.stderr)
        return 1
    with connection:
        connection.settimeout(None)
        try:
            talk(connection, sys.stdin, sys.stdout)
        except KeyboardInterrupt:
            print()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
