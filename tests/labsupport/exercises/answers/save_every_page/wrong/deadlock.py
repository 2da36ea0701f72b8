# reason: save_pages was not done .* waits at the line `done.wait\(\)`
# endless
import gevent
from gevent.event import Event


def save_pages(urls, folder):
    done = Event()
    gevent.spawn(done.wait)
    done.wait()
