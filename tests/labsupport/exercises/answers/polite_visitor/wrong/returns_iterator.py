# reason: returned an object of type IMap
from gevent.pool import Pool


def visit_all(visit, pages, limit):
    return Pool(limit).imap(visit, pages)
