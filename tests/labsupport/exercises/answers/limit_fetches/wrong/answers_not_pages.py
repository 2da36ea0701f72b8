# reason: an object of type HTTPResponse where a page should be
# quick
from urllib.request import urlopen

from gevent.pool import Pool


def fetch_all(urls, limit):
    return Pool(limit).map(urlopen, urls)
