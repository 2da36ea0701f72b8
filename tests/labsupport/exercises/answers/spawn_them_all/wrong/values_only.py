# reason: for the item 9 run_all returned None, not ValueError
import gevent


def run_all(task, items):
    jobs = [gevent.spawn(task, item) for item in items]
    gevent.joinall(jobs)
    return [job.value for job in jobs]
