# reason: never more than 2 at once
from gevent.pool import Pool


def visit_all(visit, pages, limit):
    return Pool(limit - 1).map(visit, pages)
