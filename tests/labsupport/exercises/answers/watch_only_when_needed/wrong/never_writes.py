# reason: a client sent 5 bytes; no reply came
from selectors import EVENT_READ, EVENT_WRITE


def on_event(selector, connection, waiting, events):
    if events & EVENT_READ:
        data = connection.recv(65536)
        if not data:
            raise ConnectionError("the client has left")
        waiting += data.upper()
    if events & EVENT_WRITE:
        del waiting[: connection.send(waiting)]
    selector.modify(connection, EVENT_READ, waiting)
