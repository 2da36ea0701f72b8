# reason: returned 3 results for 8 items
# quick
from gevent.pool import Pool


def visit_all(visit, pages, limit):
    return Pool(limit).map(visit, pages[:limit])
