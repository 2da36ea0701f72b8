# reason: 2 workers are left behind
import gevent
from gevent.queue import Queue

STOP = object()


def process(items, work):
    queue, results = Queue(), []

    def worker():
        while (item := queue.get()) is not STOP:
            results.append(work(item))

    workers = [gevent.spawn(worker) for _ in range(3)]
    for item in items:
        queue.put(item)
    queue.put(STOP)
    gevent.joinall(workers, timeout=1)
    return sorted(results)
