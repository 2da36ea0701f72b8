# reason: waited for ever. In another task, TimeoutError was raised, and nobody heard of it
from selectors import EVENT_READ


def readable_within(loop, sock, seconds):
    def watchdog():
        yield seconds
        raise TimeoutError

    guard = loop.spawn(watchdog())
    yield sock, EVENT_READ
    loop.cancel(guard)
