# reason: a client left, and a third one was waiting; no reply came, then nothing more
import gevent


def serve_some(listener, handle, limit):
    jobs = [gevent.spawn(handle, listener.accept()[0]) for _ in range(limit)]
    gevent.joinall(jobs)
