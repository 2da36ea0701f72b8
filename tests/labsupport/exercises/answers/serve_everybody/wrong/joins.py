# reason: a second client sent a message while the first was connected; no reply came
# quick
import gevent


def handle(connection):
    with connection:
        while data := connection.recv(1024):
            connection.sendall(data.upper())


def serve_all(listener):
    while True:
        connection, _ = listener.accept()
        gevent.spawn(handle, connection).join()
