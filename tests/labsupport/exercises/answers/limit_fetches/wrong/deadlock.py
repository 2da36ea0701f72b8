# reason: fetch_all was not done .* waits at the line `places.acquire\(\)`
# endless
from urllib.request import urlopen

from gevent.lock import Semaphore


def fetch_all(urls, limit):
    places = Semaphore(limit)
    pages = []
    for url in urls:
        places.acquire()
        with urlopen(url) as answer:
            pages.append(answer.read())
    return pages
