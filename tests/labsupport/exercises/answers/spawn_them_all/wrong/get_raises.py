# reason: the error of one task
# quick
import gevent


def run_all(task, items):
    jobs = [gevent.spawn(task, item) for item in items]
    return [job.get() for job in jobs]
