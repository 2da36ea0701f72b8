# reason: the error page has the entry 'failed', not the exception
from urllib.request import urlopen

import gevent


def outcome(url, seconds):
    try:
        with gevent.Timeout(seconds), urlopen(url) as answer:
            return answer.read()
    except (Exception, gevent.Timeout):
        return "failed"


def fetch_each(urls, seconds):
    jobs = {url: gevent.spawn(outcome, url, seconds) for url in urls}
    gevent.joinall(jobs.values())
    return {url: job.value for url, job in jobs.items()}
