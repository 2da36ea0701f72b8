# reason: returned greenlets
# quick
from gevent.pool import Pool


def visit_all(visit, pages, limit):
    pool = Pool(limit)
    jobs = [pool.spawn(visit, page) for page in pages]
    pool.join()
    return jobs
