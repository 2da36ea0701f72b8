# reason: Cancelled came out of readable_within
from selectors import EVENT_READ


def readable_within(loop, sock, seconds):
    me = loop.current

    def watchdog():
        yield seconds
        loop.cancel(me)

    guard = loop.spawn(watchdog())
    yield sock, EVENT_READ
    loop.cancel(guard)
