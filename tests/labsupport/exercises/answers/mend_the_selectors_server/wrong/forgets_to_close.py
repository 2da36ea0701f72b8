# reason: one of two clients has reset its connection, and the server has 2 open, not 1
# quick
import selectors
from selectors import EVENT_READ, EVENT_WRITE

connections = []


def serve(listener):
    selector = selectors.DefaultSelector()
    selector.register(listener, EVENT_READ)
    while True:
        for key, events in selector.select():
            if key.fileobj is listener:
                connection, _ = listener.accept()
                connection.setblocking(False)
                selector.register(connection, EVENT_READ)
                connections.append(connection)
                continue
            try:
                gone = talk(selector, key.fileobj, key.data, events)
            except OSError:
                selector.unregister(key.fileobj)
                continue
            if gone:
                selector.unregister(key.fileobj)
                key.fileobj.close()


def talk(selector, connection, waiting, events):
    if events & EVENT_WRITE:
        rest = waiting[connection.send(waiting) :]
        selector.modify(connection, EVENT_WRITE if rest else EVENT_READ, rest)
        return False
    data = connection.recv(65536)
    if data:
        selector.modify(connection, EVENT_WRITE, data.upper())
    return not data
