# reason: a second client had come; no reply came, then the server closed the connection
# quick
import gevent


def handle(connection):
    with connection:
        connection.sendall(connection.recv(1024).upper())


def serve_all(listener):
    while True:
        connection, _ = listener.accept()
        gevent.spawn(handle, connection)
