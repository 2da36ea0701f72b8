# reason: the first client came; no reply came, then
import gevent


def handle(connection):
    with connection:
        while data := connection.recv(1024):
            connection.sendall(data.upper())


def serve_all(listener):
    while True:
        connection, _ = listener.accept()
        gevent.Greenlet(handle, connection)
