# reason: fetch_all returned None
from urllib.request import urlopen

from gevent.pool import Pool


def fetch_all(urls, limit):
    Pool(limit).map(lambda url: urlopen(url).read(), urls)
