# reason: 2 clients were there, the limit, and a third one was served as well: b'hello\\n'
import gevent


def serve_some(listener, handle, limit):
    while True:
        connection, _ = listener.accept()
        gevent.spawn(handle, connection)
