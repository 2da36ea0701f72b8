# reason: visit_all returned None
from gevent.pool import Pool


def visit_all(visit, pages, limit):
    Pool(limit).map(visit, pages)
