# reason: Timeout of one page came out of fetch_each
from urllib.request import urlopen

import gevent


def outcome(url):
    try:
        with urlopen(url) as answer:
            return answer.read()
    except Exception as error:
        return error


def fetch_each(urls, seconds):
    with gevent.Timeout(seconds):
        jobs = {url: gevent.spawn(outcome, url) for url in urls}
        gevent.joinall(jobs.values())
    return {url: job.value for url, job in jobs.items()}
