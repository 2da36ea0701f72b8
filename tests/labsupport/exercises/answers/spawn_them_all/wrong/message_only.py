# reason: run_all returned 'nine is not for sale', not ValueError
# quick
import gevent


def run_all(task, items):
    jobs = [gevent.spawn(task, item) for item in items]
    gevent.joinall(jobs)
    return [job.value if job.successful() else str(job.exception) for job in jobs]
