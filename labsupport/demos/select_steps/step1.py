"""Step 1: listen, and wait in select() until somebody comes."""

import select
import socket


def serve(listener: socket.socket) -> None:
    """Serve clients for ever; every step is one turn of select()."""
    while True:
        readable, _, _ = select.select([listener], [], [])
        for ready in readable:
            connection, _ = ready.accept()
            print("a client has come from", connection.getpeername()[0], flush=True)


def main() -> None:
    """Listen, say where, and serve."""
    with socket.create_server(("127.0.0.1", 0), backlog=500) as listener:
        print(f"listening on 127.0.0.1:{listener.getsockname()[1]}", flush=True)
        serve(listener)


if __name__ == "__main__":
    main()
