# reason: handle raised an exception for one client, and another one came; no reply came
import gevent
from gevent.lock import Semaphore


def serve_some(listener, handle, limit):
    places = Semaphore(limit)

    def serve(connection):
        handle(connection)
        places.release()

    while True:
        places.acquire()
        connection, _ = listener.accept()
        gevent.spawn(serve, connection)
