"""Step 8: one place that closes, after the last byte is out; and a limit of clients."""

import select
import socket

CHUNK = 16 * 1024  # bytes taken with one recv()
ENOUGH = 64 * 1024  # bytes waiting for one client; with more, we stop reading from it
MOST_CLIENTS = 1000  # select() cannot watch a descriptor of 1024 or more


def serve(listener: socket.socket) -> None:
    """Serve clients for ever; every step is one turn of select()."""
    buffers: dict[socket.socket, bytearray] = {}  # what each client must still get
    finished: set[socket.socket] = set()  # clients that send no more

    def drop(connection: socket.socket) -> None:
        del buffers[connection]
        finished.discard(connection)
        connection.close()

    def drop_if_done(connection: socket.socket) -> None:
        if connection in finished and not buffers[connection]:
            drop(connection)

    def accept() -> None:
        try:
            connection, _ = listener.accept()
        except OSError:
            return  # it has left again, or no descriptor is free
        connection.setblocking(False)  # on Linux it does not inherit this from the listener
        buffers[connection] = bytearray()

    def receive(connection: socket.socket) -> None:
        try:
            data = connection.recv(CHUNK)
        except BlockingIOError:
            return  # readiness is a hint, not a promise (man 2 select, BUGS)
        except OSError:
            drop(connection)  # a reset: nobody is there to read what is left
            return
        buffers[connection] += data.upper()
        if not data:
            finished.add(connection)  # it sends no more, but may still read
            drop_if_done(connection)

    def send(connection: socket.socket) -> None:
        try:
            sent = connection.send(buffers[connection])
        except BlockingIOError:
            return
        except OSError:
            drop(connection)
        else:
            del buffers[connection][:sent]  # the rest waits for the next turn
            drop_if_done(connection)

    while True:
        readers = [c for c, w in buffers.items() if len(w) < ENOUGH and c not in finished]
        if len(buffers) < MOST_CLIENTS:
            readers.append(listener)
        writers = [c for c, waiting in buffers.items() if waiting]
        readable, writable, _ = select.select(readers, writers, [])
        for ready in readable:
            if ready is listener:
                accept()
            else:
                receive(ready)
        for ready in writable:
            if ready in buffers:  # receive() may just have dropped it
                send(ready)


def main() -> None:
    """Listen, say where, and serve."""
    with socket.create_server(("127.0.0.1", 0), backlog=500) as listener:
        print(f"listening on 127.0.0.1:{listener.getsockname()[1]}", flush=True)
        listener.setblocking(False)
        serve(listener)


if __name__ == "__main__":
    main()
