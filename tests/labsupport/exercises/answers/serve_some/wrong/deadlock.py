# reason: the first client came; no reply came, then nothing more
# quick
# endless
import gevent
from gevent.lock import Semaphore


def serve_some(listener, handle, limit):
    places = Semaphore(limit)

    def serve(connection):
        with places:
            handle(connection)

    while True:
        for _ in range(limit):
            places.acquire()
        connection, _ = listener.accept()
        gevent.spawn(serve, connection).join()
        places.release()
