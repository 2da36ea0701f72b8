# reason: a task was cancelled in its wait, and it went on
from selectors import EVENT_READ


def readable_within(loop, sock, seconds):
    waiting, over = loop.current, []

    def watchdog():
        yield seconds
        over.append(True)
        loop.interrupt(waiting, TimeoutError())

    guard = loop.spawn(watchdog())
    try:
        yield sock, EVENT_READ
    except BaseException:
        if over:
            raise TimeoutError from None
    finally:
        loop.cancel(guard)
