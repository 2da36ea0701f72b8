# reason: HTTPError of one page came out of fetch_each
# quick
from urllib.request import urlopen

import gevent


def fetch(url):
    with urlopen(url) as answer:
        return answer.read()


def fetch_each(urls, seconds):
    jobs = {url: gevent.spawn(fetch, url) for url in urls}
    return {url: job.get(timeout=seconds) for url, job in jobs.items()}
