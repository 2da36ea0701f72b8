# reason: never more than 2 visitors at once, although 3 were allowed
from urllib.request import urlopen

from gevent.pool import Pool


def fetch_all(urls, limit):
    return Pool(2).map(lambda url: urlopen(url).read(), urls)
