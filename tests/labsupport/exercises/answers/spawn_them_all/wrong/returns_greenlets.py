# reason: run_all returned greenlets
import gevent


def run_all(task, items):
    jobs = [gevent.spawn(task, item) for item in items]
    gevent.joinall(jobs)
    return jobs
