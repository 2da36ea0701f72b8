# quick
from selectors import EVENT_READ, EVENT_WRITE
from selectors import SelectSelector as Chosen


def serve(listener):
    """Send back in upper case what clients send: read or write, never both at once."""
    selector = Chosen()
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
            except BlockingIOError:
                gone = False  # not ready after all: its turn comes again
            except OSError:
                gone = True
            if gone:
                selector.unregister(key.fileobj)
                key.fileobj.close()


def talk(selector, connection, waiting, events):
    """Do what `connection` is ready for; return True when its client has left."""
    if events & EVENT_WRITE:
        rest = waiting[connection.send(waiting) :]
        selector.modify(connection, EVENT_WRITE if rest else EVENT_READ, rest)
        return False
    data = connection.recv(65536)
    if data:
        selector.modify(connection, EVENT_WRITE, data.upper())
    return not data
