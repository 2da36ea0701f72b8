# reason: nothing came, .*, and it returned although there was nothing to read 0.3 seconds after
# quick
from selectors import EVENT_READ


def readable_within(loop, sock, seconds):
    waiting = loop.current

    def watchdog():
        yield seconds
        loop.interrupt(waiting, TimeoutError())

    guard = loop.spawn(watchdog())
    try:
        yield sock, EVENT_READ
    except TimeoutError:
        return False
    finally:
        loop.cancel(guard)
    return True
