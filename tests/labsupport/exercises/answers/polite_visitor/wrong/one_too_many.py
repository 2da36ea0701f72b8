# reason: 4 visits were under way at once
from gevent.pool import Pool


def visit_all(visit, pages, limit):
    return Pool(limit + 1).map(visit, pages)
