# reason: nothing came, and the limit was 0.3 seconds, and the task waited for ever
# quick
from selectors import EVENT_READ


def readable_within(loop, sock, seconds):
    until = loop.clock() + seconds
    yield sock, EVENT_READ
    if loop.clock() > until:
        raise TimeoutError
