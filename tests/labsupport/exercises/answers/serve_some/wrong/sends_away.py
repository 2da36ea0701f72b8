# reason: a client that only waited was sent away
# quick
from gevent.pool import Pool


def serve_some(listener, handle, limit):
    pool = Pool(limit)
    while True:
        connection, _ = listener.accept()
        if pool.full():
            connection.close()
        else:
            pool.spawn(handle, connection)
