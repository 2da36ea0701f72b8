# reason: visit_all died of LoopExit
# quick
# endless
from gevent.lock import BoundedSemaphore
from gevent.pool import Pool


def visit_all(visit, pages, limit):
    places = BoundedSemaphore(limit)

    def enter(page):
        places.acquire()
        return visit(page)

    return Pool(10).map(enter, pages)
