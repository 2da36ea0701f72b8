# reason: another client had reset its connection; no reply came.*The server function had returned
import selectors
from selectors import EVENT_READ, EVENT_WRITE


def serve(listener):
    selector = selectors.DefaultSelector()
    selector.register(listener, EVENT_READ)
    try:
        while True:
            for key, events in selector.select():
                connection = key.fileobj
                if connection is listener:
                    connection, _ = listener.accept()
                    connection.setblocking(False)
                    selector.register(connection, EVENT_READ)
                elif events & EVENT_WRITE:
                    rest = key.data[connection.send(key.data) :]
                    selector.modify(connection, EVENT_WRITE if rest else EVENT_READ, rest)
                elif data := connection.recv(65536):
                    selector.modify(connection, EVENT_WRITE, data.upper())
                else:
                    selector.unregister(connection)
                    connection.close()
    except ConnectionResetError:
        return
