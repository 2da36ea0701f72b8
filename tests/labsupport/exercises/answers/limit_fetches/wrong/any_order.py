# reason: not in the order of the addresses
from urllib.request import urlopen

from gevent.pool import Pool


def fetch_all(urls, limit):
    pages = list(Pool(limit).imap_unordered(lambda url: urlopen(url).read(), urls))
    return sorted(pages, key=len)
