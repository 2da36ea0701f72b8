"""Step 2: receive once from a client, and answer."""

import select
import socket

CHUNK = 16 * 1024  # bytes taken with one recv()


def serve(listener: socket.socket) -> None:
    """Serve clients for ever; every step is one turn of select()."""
    while True:
        readable, _, _ = select.select([listener], [], [])
        for ready in readable:
            connection, _ = ready.accept()
            with connection:
                connection.sendall(connection.recv(CHUNK).upper())


def main() -> None:
    """Listen, say where, and serve."""
    with socket.create_server(("127.0.0.1", 0), backlog=500) as listener:
        print(f"listening on 127.0.0.1:{listener.getsockname()[1]}", flush=True)
        serve(listener)


if __name__ == "__main__":
    main()
