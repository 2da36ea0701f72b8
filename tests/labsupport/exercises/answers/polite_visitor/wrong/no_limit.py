# reason: 8 visits were under way at once, and the limit was 3
import gevent


def visit_all(visit, pages, limit):
    jobs = [gevent.spawn(visit, page) for page in pages]
    gevent.joinall(jobs)
    return [job.value for job in jobs]
