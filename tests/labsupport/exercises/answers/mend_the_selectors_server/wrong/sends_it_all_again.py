# reason: read them late; the \d+ bytes that came back were not the right ones
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
                gone = True
            if gone:
                selector.unregister(key.fileobj)
                key.fileobj.close()


def talk(selector, connection, waiting, events):
    if events & EVENT_WRITE:
        sent = connection.send(waiting)
        done = sent == len(waiting)
        selector.modify(connection, EVENT_READ if done else EVENT_WRITE, waiting)
        return False
    data = connection.recv(65536)
    if data:
        selector.modify(connection, EVENT_WRITE, data.upper())
    return not data
