# reason: a client sent 5 bytes; no reply came
from selectors import EVENT_READ, EVENT_WRITE


def on_event(selector, connection, waiting, events):
    wanted = EVENT_READ | EVENT_WRITE if waiting else EVENT_READ
    selector.modify(connection, wanted, waiting)
    if events & EVENT_READ:
        data = connection.recv(65536)
        if not data:
            raise ConnectionError("the client has left")
        waiting += data.upper()
    if events & EVENT_WRITE:
        del waiting[: connection.send(waiting)]
