# reason: the limit was 0 seconds, and nothing was there, and the task waited for ever
from selectors import EVENT_READ


def readable_within(loop, sock, seconds):
    waiting, guard = loop.current, None

    def watchdog():
        yield seconds
        loop.interrupt(waiting, TimeoutError())

    if seconds:
        guard = loop.spawn(watchdog())
    try:
        yield sock, EVENT_READ
    finally:
        if guard:
            loop.cancel(guard)
