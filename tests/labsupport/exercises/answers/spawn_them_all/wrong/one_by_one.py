# reason: at most 1 of 5 tasks were under way
import gevent


def run_all(task, items):
    jobs = []
    for item in items:
        job = gevent.spawn(task, item)
        job.join()
        jobs.append(job)
    return [job.value if job.successful() else job.exception for job in jobs]
