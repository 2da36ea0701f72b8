# reason: data came after 0.1 seconds of 5, and it returned when there was data 5 seconds after
# quick
import select


def readable_within(loop, sock, seconds):
    yield seconds
    if not select.select([sock], [], [], 0)[0]:
        raise TimeoutError
