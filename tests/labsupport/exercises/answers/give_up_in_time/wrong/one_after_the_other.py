# reason: never more than \d of the 6 visitors at once
from urllib.request import urlopen

import gevent


def fetch_each(urls, seconds):
    found = {}
    for url in urls:
        try:
            with gevent.Timeout(seconds), urlopen(url) as answer:
                found[url] = answer.read()
        except (Exception, gevent.Timeout) as error:
            found[url] = error
    return found
