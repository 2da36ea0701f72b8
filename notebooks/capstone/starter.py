"""Your FTP server. It listens, and sends every client away: the rest is yours.

usage: python starter.py PORT HOME USER PASSWORD

Build it in eight stages. After each step let the judge look at it, from the folder of the course:

    python3 course.py capstone --stage 1 -- notebooks/capstone/starter.py

It says what it sent, what came back, what the RFC says and which lesson helps. The files in
`stages/` tell for each stage what is asked, and where to begin. `solutions/` holds two complete
servers: one with callbacks (lesson 13, first half), one with coroutines on the loop that you wrote
yourself (lesson 13, second half). Choose one of the two ways and stay with it.

1. Greeting and login: 220 when a client comes; USER, PASS, QUIT, NOOP, SYST. Cut lines out of a
   buffer, for recv() gives bytes and no lines.
2. PWD, CWD, CDUP, TYPE: each session has a directory of its own, and nobody leaves HOME.
3. PASV, EPSV, LIST, NLST: a second listener, and a data connection that belongs to a session.
4. RETR: a file goes out in chunks, as fast as its reader reads and no faster.
5. STOR: a file comes in, and 226 says that all of it is there.
6. Many users at once: nothing new, if nothing in your server waits for a single one.
7. Slow and broken clients: resets, half commands, readers that never read.
8. Limits: lines, passwords, descriptors, paths that lead out of HOME.
"""

from __future__ import annotations

import selectors
import signal
import socket
import sys
from pathlib import Path

HOST = "127.0.0.1"


def serve(listener: socket.socket, home: Path, user: str, password: str) -> None:
    """Serve the files in `home` to whoever knows `user` and `password`, for ever."""
    with selectors.DefaultSelector() as selector:
        selector.register(listener, selectors.EVENT_READ)
        while True:
            for _ in selector.select():
                connection, _ = listener.accept()
                connection.close()  # stage 1 begins here, with 220


def main() -> None:
    """Listen, say where, and serve until Ctrl-C or SIGTERM."""
    try:
        port, home, user, password = sys.argv[1:]
        listener = socket.create_server((HOST, int(port)), backlog=500)
    except (OSError, ValueError, OverflowError) as error:
        sys.exit(f"{error}; usage: python starter.py PORT HOME USER PASSWORD")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # end as after Ctrl-C
    with listener:
        listener.setblocking(False)
        print(f"listening on {HOST}:{listener.getsockname()[1]}", flush=True)
        try:
            serve(listener, Path(home), user, password)
        except KeyboardInterrupt:
            print("stopped", flush=True)


if __name__ == "__main__":
    main()
