# reason: returned greenlets, not pages
from urllib.request import urlopen

from gevent.pool import Pool


def fetch_all(urls, limit):
    pool = Pool(limit)
    jobs = [pool.spawn(lambda url=url: urlopen(url).read()) for url in urls]
    pool.join()
    return jobs
