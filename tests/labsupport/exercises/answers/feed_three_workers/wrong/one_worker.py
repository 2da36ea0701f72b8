# reason: at most 1 worked at once, not 3
import gevent
from gevent.queue import Queue

STOP = object()


def process(items, work):
    queue, results = Queue(), []

    def worker():
        while (item := queue.get()) is not STOP:
            results.append(work(item))

    workers = [gevent.spawn(worker) for _ in range(1)]
    for item in items:
        queue.put(item)
    queue.put(STOP)
    gevent.joinall(workers)
    return sorted(results)
