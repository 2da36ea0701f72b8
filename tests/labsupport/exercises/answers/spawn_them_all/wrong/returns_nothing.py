# reason: run_all returned None
import gevent


def run_all(task, items):
    gevent.joinall([gevent.spawn(task, item) for item in items])
