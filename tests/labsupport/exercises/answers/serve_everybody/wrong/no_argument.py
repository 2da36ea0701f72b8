# reason: no reply came, .* TypeError: handle\(\) missing 1 required
# quick
import gevent


def handle(connection):
    with connection:
        while data := connection.recv(1024):
            connection.sendall(data.upper())


def serve_all(listener):
    while True:
        _, _ = listener.accept()
        gevent.spawn(handle)
