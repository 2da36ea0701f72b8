# reason: data came after 0.1 seconds of 5, and 1 more task is still there
from selectors import EVENT_READ


def readable_within(loop, sock, seconds):
    waiting = loop.current

    def watchdog():
        yield seconds
        loop.interrupt(waiting, TimeoutError())

    loop.spawn(watchdog())
    yield sock, EVENT_READ
