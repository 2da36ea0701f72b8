# reason: data came after 0.1 seconds of 5, and 1 more task is still there
from selectors import EVENT_READ


def readable_within(loop, sock, seconds):
    waiting, over = loop.current, []

    def watchdog():
        yield seconds
        if not over:
            loop.interrupt(waiting, TimeoutError())

    loop.spawn(watchdog())
    yield sock, EVENT_READ
    over.append(True)
