# reason: and another client came; no reply came.*The server function had returned
import gevent


def handle(connection):
    with connection:
        while data := connection.recv(1024):
            connection.sendall(data.upper())


def serve_all(listener):
    for _ in range(2):
        connection, _ = listener.accept()
        gevent.spawn(handle, connection)
