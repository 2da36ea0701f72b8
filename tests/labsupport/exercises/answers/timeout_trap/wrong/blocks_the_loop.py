# reason: while it waited, no other task had a turn: it blocks the loop
import select


def readable_within(loop, sock, seconds):
    yield
    if not select.select([sock], [], [], seconds)[0]:
        raise TimeoutError
