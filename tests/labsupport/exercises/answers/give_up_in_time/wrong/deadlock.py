# reason: fetch_each was not done .* waits at the line `ready.wait\(\)`
# endless
import gevent
from gevent.event import Event


def fetch_each(urls, seconds):
    ready = Event()
    gevent.spawn(ready.wait)
    ready.wait()
    return {}
