# reason: no reply came, and then the connection was (closed|reset). The server was dead: TypeError
# quick
from selectors import EVENT_READ, EVENT_WRITE


def on_event(selector, connection, waiting, events):
    if events & EVENT_READ:
        data = connection.recv(65536)
        if not data:
            raise ConnectionError("the client has left")
        waiting += data.upper()
    if events & EVENT_WRITE:
        del waiting[: connection.send(waiting)]
    if waiting:
        selector.modify(connection, EVENT_READ | EVENT_WRITE)
    else:
        selector.modify(connection, EVENT_READ)
