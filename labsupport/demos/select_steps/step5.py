"""Step 5: see clients leave, politely and by reset."""

import select
import socket

CHUNK = 16 * 1024  # bytes taken with one recv()


def serve(listener: socket.socket) -> None:
    """Serve clients for ever; every step is one turn of select()."""
    buffers: dict[socket.socket, bytearray] = {}  # what each client must still get

    def accept() -> None:
        connection, _ = listener.accept()
        connection.setblocking(False)  # on Linux it does not inherit this from the listener
        buffers[connection] = bytearray()

    def receive(connection: socket.socket) -> None:
        try:
            data = connection.recv(CHUNK)
        except ConnectionResetError:
            data = b""
        if data:
            buffers[connection] += data.upper()
        else:
            del buffers[connection]
            connection.close()

    def send(connection: socket.socket) -> None:
        connection.send(buffers[connection])
        buffers[connection].clear()

    while True:
        readers = [listener, *buffers]
        writers = [c for c, waiting in buffers.items() if waiting]
        readable, writable, _ = select.select(readers, writers, [])
        for ready in readable:
            if ready is listener:
                accept()
            else:
                receive(ready)
        for ready in writable:
            send(ready)


def main() -> None:
    """Listen, say where, and serve."""
    with socket.create_server(("127.0.0.1", 0), backlog=500) as listener:
        print(f"listening on 127.0.0.1:{listener.getsockname()[1]}", flush=True)
        serve(listener)


if __name__ == "__main__":
    main()
