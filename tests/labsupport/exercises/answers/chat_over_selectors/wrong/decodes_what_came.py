# reason: dead: UnicodeDecodeError
import selectors
from selectors import EVENT_READ, EVENT_WRITE


class Client:
    """One connection: the unfinished line that came from it, and what must still go to it."""

    def __init__(self, connection, clients, selector, most):
        self.connection, self.clients = connection, clients
        self.selector, self.most = selector, most
        self.inbox, self.outbox = bytearray(), bytearray()
        clients.add(self)
        selector.register(connection, EVENT_READ, self.on_event)

    def on_event(self, events):
        if self not in self.clients:
            return  # sent away earlier in this turn
        try:
            if events & EVENT_READ:
                self.receive()
            if events & EVENT_WRITE and self in self.clients:
                del self.outbox[: self.connection.send(self.outbox)]
        except BlockingIOError:
            pass
        except OSError:
            self.leave()
        self.ask()

    def receive(self):
        data = self.connection.recv(16384)
        self.inbox += data.decode().encode()
        *lines, rest = bytes(self.inbox).split(b"\n")
        self.inbox[:] = rest
        for line in lines:
            for other in self.clients - {self}:
                other.say(line + b"\n")
        if not data or len(self.inbox) > self.most:
            self.leave()

    def say(self, line):
        self.outbox += line
        if len(self.outbox) > self.most:
            self.leave()
        self.ask()

    def ask(self):
        if self in self.clients:
            wanted = EVENT_READ | EVENT_WRITE if self.outbox else EVENT_READ
            self.selector.modify(self.connection, wanted, self.on_event)

    def leave(self):
        if self in self.clients:
            self.clients.remove(self)
            self.selector.unregister(self.connection)
            self.connection.close()


def serve(listener, most):
    """A chat: each line (it ends with a newline) goes to everybody but its sender, whole.

    A client is sent away if more than `most` bytes wait for it, or an unfinished line of it has
    more. Serve for ever, in this thread, and never wait for one client.
    """
    selector, clients = selectors.DefaultSelector(), set()

    def accept(events):
        try:
            connection, _ = listener.accept()
        except OSError:
            return  # gone before it was accepted
        connection.setblocking(False)
        Client(connection, clients, selector, most)

    listener.setblocking(False)
    selector.register(listener, EVENT_READ, accept)
    while True:
        for key, events in selector.select():
            key.data(events)
