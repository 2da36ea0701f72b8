# reason: a third one was served as well
# quick
from gevent.pool import Pool


def serve_some(listener, handle, limit):
    while True:
        connection, _ = listener.accept()
        Pool(limit).spawn(handle, connection)
