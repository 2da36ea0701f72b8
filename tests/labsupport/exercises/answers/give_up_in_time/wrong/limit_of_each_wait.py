# reason: the dripping page was fetched to its end
from urllib.request import urlopen

import gevent


def outcome(url, seconds):
    try:
        with urlopen(url, timeout=seconds) as answer:
            return answer.read()
    except Exception as error:
        return error


def fetch_each(urls, seconds):
    jobs = {url: gevent.spawn(outcome, url, seconds) for url in urls}
    gevent.joinall(jobs.values())
    return {url: job.value for url, job in jobs.items()}
