# reason: visit_all returned .* for the pages
# quick
from gevent.pool import Pool


def visit_all(visit, pages, limit):
    return list(Pool(limit).imap_unordered(visit, pages))
