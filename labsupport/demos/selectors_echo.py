"""An echo server on `selectors`: it sends back what it receives, in upper case.

usage: python selectors_echo.py [PORT]       (without PORT the system picks a free one)

The selector remembers for each socket which events we wait for, and whom to call: `key.data`
is the method that handles them. DefaultSelector is the best that this system has (epoll on
Linux, kqueue on macOS), so the number of clients has no limit of 1024.
"""

import selectors
import signal
import socket
import sys

HOST = "127.0.0.1"
CHUNK = 16 * 1024  # bytes taken with one recv()
ENOUGH = 64 * 1024  # bytes waiting for one client; with more, we stop reading from it


class Client:
    """One connection and the bytes that it must still get."""

    def __init__(self, selector: selectors.BaseSelector, connection: socket.socket) -> None:
        self.selector = selector
        self.connection = connection
        self.waiting = bytearray()
        self.finished = False  # it will send no more, but may still have to get something
        selector.register(connection, selectors.EVENT_READ, self.on_event)

    def on_event(self, events: int) -> None:
        """Do what the socket is ready for, then say what to wait for next."""
        try:
            if events & selectors.EVENT_READ:
                self.receive()
            if events & selectors.EVENT_WRITE:
                self.send()
        except BlockingIOError:
            pass  # readiness is a hint, not a promise (man 2 select, BUGS)
        except OSError:
            self.close()  # a reset: this client is gone, the others stay
            return
        if self.finished and not self.waiting:
            self.close()
        else:
            self.wait_for_events()

    def receive(self) -> None:
        """Take what has come; no bytes mean end of file."""
        data = self.connection.recv(CHUNK)
        self.waiting += data.upper()
        self.finished = not data

    def send(self) -> None:
        """Send what the system takes; that may be only a part."""
        sent = self.connection.send(self.waiting)
        del self.waiting[:sent]

    def wait_for_events(self) -> None:
        """Read only while little is waiting to be sent; write only while something is."""
        events = 0
        if len(self.waiting) < ENOUGH and not self.finished:
            events |= selectors.EVENT_READ
        if self.waiting:
            events |= selectors.EVENT_WRITE
        self.selector.modify(self.connection, events, self.on_event)

    def close(self) -> None:
        """Forget the client; the one place where a connection is closed."""
        self.selector.unregister(self.connection)
        self.connection.close()


def serve(listener: socket.socket) -> None:
    """Serve clients for ever; every step is one turn of the selector."""

    def on_connection(events: int) -> None:
        try:
            connection, _ = listener.accept()
        except OSError:
            return  # the client has left, or no descriptor is free: it waits in the backlog
        connection.setblocking(False)  # on Linux it does not inherit this from the listener
        Client(selector, connection)

    with selectors.DefaultSelector() as selector:
        selector.register(listener, selectors.EVENT_READ, on_connection)
        while True:
            for key, events in selector.select():
                key.data(events)


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
