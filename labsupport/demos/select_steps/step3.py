"""Step 3: watch many connections in one select()."""

import select
import socket

CHUNK = 16 * 1024  # bytes taken with one recv()


def serve(listener: socket.socket) -> None:
    """Serve clients for ever; every step is one turn of select()."""
    connections: list[socket.socket] = []
    while True:
        readable, _, _ = select.select([listener, *connections], [], [])
        for ready in readable:
            if ready is listener:
                connection, _ = listener.accept()
                connections.append(connection)
            else:
                ready.sendall(ready.recv(CHUNK).upper())


def main() -> None:
    """Listen, say where, and serve."""
    with socket.create_server(("127.0.0.1", 0), backlog=500) as listener:
        print(f"listening on 127.0.0.1:{listener.getsockname()[1]}", flush=True)
        serve(listener)


if __name__ == "__main__":
    main()
