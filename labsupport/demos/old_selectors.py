"""A server on `selectors` as it is often printed, kept with its two faults: lesson 13 shows them.

Each socket is registered with the function that handles it. The answer is sent at once, and
nobody catches an error.
"""

import selectors
import socket

CHUNK = 16 * 1024  # bytes taken with one recv()


def serve(listener: socket.socket) -> None:
    """Serve clients for ever, with faults."""
    selector = selectors.DefaultSelector()

    def accept(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        connection.setblocking(False)
        selector.register(connection, selectors.EVENT_READ, read)

    def read(connection: socket.socket) -> None:
        data = connection.recv(CHUNK)
        if data:
            connection.send(data.upper())
        else:
            selector.unregister(connection)
            connection.close()

    selector.register(listener, selectors.EVENT_READ, accept)
    while True:
        for key, _ in selector.select():
            key.data(key.fileobj)


def main() -> None:
    """Listen, say where, and serve."""
    with socket.create_server(("127.0.0.1", 0), backlog=500) as listener:
        print(f"listening on 127.0.0.1:{listener.getsockname()[1]}", flush=True)
        serve(listener)


if __name__ == "__main__":
    main()
