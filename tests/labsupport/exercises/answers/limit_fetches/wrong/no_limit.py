# reason: the site had [4-7] visitors at once, and the limit was 3
# quick
from urllib.request import urlopen

import gevent


def fetch(url):
    with urlopen(url) as answer:
        return answer.read()


def fetch_all(urls, limit):
    jobs = [gevent.spawn(fetch, url) for url in urls]
    gevent.joinall(jobs)
    return [job.value for job in jobs]
