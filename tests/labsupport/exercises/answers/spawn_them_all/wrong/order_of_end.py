# reason: not in the order of the items
import gevent


def run_all(task, items):
    jobs = [gevent.spawn(task, item) for item in items]
    ended = gevent.iwait(jobs)
    return [job.value if job.successful() else job.exception for job in ended]
