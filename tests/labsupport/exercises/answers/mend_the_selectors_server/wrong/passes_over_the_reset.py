# reason: while it was answered, and with nothing to do the loop went round more than 200
# quick
import selectors
from selectors import EVENT_READ, EVENT_WRITE


def serve(listener):
    selector = selectors.DefaultSelector()
    selector.register(listener, EVENT_READ)
    while True:
        for key, events in selector.select():
            if key.fileobj is listener:
                connection, _ = listener.accept()
                connection.setblocking(False)
                selector.register(connection, EVENT_READ)
                continue
            try:
                gone = talk(selector, key.fileobj, key.data, events)
            except OSError:
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
