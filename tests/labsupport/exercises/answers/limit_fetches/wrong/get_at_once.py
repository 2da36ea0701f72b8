# reason: never more than 1 visitor at once
from urllib.request import urlopen

from gevent.pool import Pool


def fetch_all(urls, limit):
    pool = Pool(limit)
    return [pool.spawn(lambda url=url: urlopen(url).read()).get() for url in urls]
