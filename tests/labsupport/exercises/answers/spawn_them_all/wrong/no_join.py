# reason: called 0 times
# quick
import gevent


def run_all(task, items):
    jobs = [gevent.spawn(task, item) for item in items]
    return [job.value for job in jobs]
