# reason: the error page has the entry None, not the exception
# quick
from urllib.request import urlopen

import gevent


def fetch(url):
    with urlopen(url) as answer:
        return answer.read()


def fetch_each(urls, seconds):
    jobs = {url: gevent.spawn(fetch, url) for url in urls}
    gevent.joinall(jobs.values(), timeout=seconds)
    return {url: job.value for url, job in jobs.items()}
