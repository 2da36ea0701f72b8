# reason: run_all died of LoopExit
# quick
# endless
import gevent
from gevent.lock import BoundedSemaphore


def run_all(task, items):
    lock = BoundedSemaphore(1)

    def run(item):
        with lock:
            return task(item)

    lock.acquire()
    jobs = [gevent.spawn(run, item) for item in items]
    gevent.joinall(jobs)
    return [job.value for job in jobs]
