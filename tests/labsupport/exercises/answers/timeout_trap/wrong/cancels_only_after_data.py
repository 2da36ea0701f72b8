# reason: a task was cancelled in its wait, and 1 more task is still there
from selectors import EVENT_READ


def readable_within(loop, sock, seconds):
    waiting = loop.current

    def watchdog():
        yield seconds
        loop.interrupt(waiting, TimeoutError())

    guard = loop.spawn(watchdog())
    yield sock, EVENT_READ
    loop.cancel(guard)
