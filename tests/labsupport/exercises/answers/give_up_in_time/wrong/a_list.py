# reason: returned an object of type list, not a dict
# quick
from urllib.request import urlopen

import gevent


def outcome(url, seconds):
    try:
        with gevent.Timeout(seconds), urlopen(url) as answer:
            return answer.read()
    except (Exception, gevent.Timeout) as error:
        return error


def fetch_each(urls, seconds):
    jobs = [gevent.spawn(outcome, url, seconds) for url in urls]
    gevent.joinall(jobs)
    return [job.value for job in jobs]
