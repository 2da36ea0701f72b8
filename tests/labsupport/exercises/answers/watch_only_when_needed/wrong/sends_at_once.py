# reason: a client sent 999936 bytes and read them late; .*
from selectors import EVENT_READ


def on_event(selector, connection, waiting, events):
    data = connection.recv(65536)
    if not data:
        raise ConnectionError("the client has left")
    connection.send(data.upper())
    selector.modify(connection, EVENT_READ, waiting)
