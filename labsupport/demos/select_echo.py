"""An echo server on `select()`: it sends back what it receives, in upper case.

usage: python select_echo.py [PORT]       (without PORT the system picks a free one)

One thread serves everybody. For each client it keeps the bytes that still must be sent, and
asks select() for no more than it can use: to read from a client only while little is
waiting for that client, to write only while something is.
"""

import select
import signal
import socket
import sys

HOST = "127.0.0.1"
MOST_CLIENTS = 1000  # select() cannot watch a descriptor of 1024 or more
CHUNK = 16 * 1024  # bytes taken with one recv()
ENOUGH = 64 * 1024  # bytes waiting for one client; with more, we stop reading from it


def serve(listener: socket.socket) -> None:
    """Serve clients for ever; every step is one turn of select()."""
    # For each connection what it must still get; and those that will send no more.
    waiting: dict[socket.socket, bytearray] = {}
    finished: set[socket.socket] = set()

    def drop(connection: socket.socket) -> None:
        """Forget a client; the one place where a connection is closed."""
        del waiting[connection]
        finished.discard(connection)
        connection.close()

    def drop_if_done(connection: socket.socket) -> None:
        if connection in finished and not waiting[connection]:
            drop(connection)

    def accept() -> None:
        try:
            connection, _ = listener.accept()
        except OSError:
            return  # the client has left, or no descriptor is free: it waits in the backlog
        connection.setblocking(False)  # on Linux it does not inherit this from the listener
        waiting[connection] = bytearray()

    def receive(connection: socket.socket) -> None:
        try:
            data = connection.recv(CHUNK)
        except BlockingIOError:
            return  # readiness is a hint, not a promise (man 2 select, BUGS)
        except OSError:
            drop(connection)  # a reset: this client is gone, the others stay
            return
        waiting[connection] += data.upper()
        if not data:  # end of file: it sends no more, but may still read
            finished.add(connection)
            drop_if_done(connection)

    def send(connection: socket.socket) -> None:
        try:
            sent = connection.send(waiting[connection])
        except BlockingIOError:
            return
        except OSError:
            drop(connection)
        else:
            del waiting[connection][:sent]  # send() may take only a part
            drop_if_done(connection)

    while True:
        readers = [c for c, data in waiting.items() if len(data) < ENOUGH and c not in finished]
        writers = [c for c, data in waiting.items() if data]
        if len(waiting) < MOST_CLIENTS:
            readers.append(listener)
        readable, writable, _ = select.select(readers, writers, [])
        for ready in readable:
            if ready is listener:
                accept()
            else:
                receive(ready)
        for ready in writable:
            if ready in waiting:  # receive() may just have dropped it
                send(ready)


def main() -> None:
    """Listen, say where, and serve until Ctrl-C or SIGTERM."""
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # end as after Ctrl-C
    with socket.create_server((HOST, port), backlog=500) as listener:
        listener.setblocking(False)
        print(f"listening on {HOST}:{listener.getsockname()[1]}", flush=True)
        try:
            serve(listener)
        except KeyboardInterrupt:
            print("stopped", flush=True)


if __name__ == "__main__":
    main()
