# reason: a second client came while the first was there
from gevent.pool import Pool


def serve_some(listener, handle, limit):
    pool = Pool(limit)
    while True:
        connection, _ = listener.accept()
        pool.spawn(handle, connection)
        pool.join()
