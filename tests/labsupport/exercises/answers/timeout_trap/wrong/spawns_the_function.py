# reason: TypeError: loop.spawn got an object of type function, which is no coroutine
from selectors import EVENT_READ


def readable_within(loop, sock, seconds):
    waiting = loop.current

    def watchdog():
        yield seconds
        loop.interrupt(waiting, TimeoutError())

    guard = loop.spawn(watchdog)
    try:
        yield sock, EVENT_READ
    finally:
        loop.cancel(guard)
