# reason: died of LoopExit, with 6 of 6
# quick
# endless
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
    queue.put(STOP)
    gevent.joinall(workers)
    return sorted(results)
