# reason: waited for ever. In another task, NameError: name 'task' is not defined was raised
from selectors import EVENT_READ


def readable_within(loop, sock, seconds):
    def watchdog():
        yield seconds
        loop.interrupt(task, TimeoutError())  # noqa: F821

    guard = loop.spawn(watchdog())
    try:
        yield sock, EVENT_READ
    finally:
        loop.cancel(guard)
