# reason: save_pages was not done .* waits at the line `done.wait\(\)`
import gevent
from gevent.event import Event


def save_pages(urls, folder):
    done = Event()
    gevent.spawn(done.wait)
    done.wait()
