# reason: the first client came; no reply came, then nothing more
# endless
import gevent
from gevent.event import Event


def serve_all(listener):
    ready = Event()

    def handle(connection):
        ready.wait()

    while True:
        connection, _ = listener.accept()
        gevent.spawn(handle, connection)
