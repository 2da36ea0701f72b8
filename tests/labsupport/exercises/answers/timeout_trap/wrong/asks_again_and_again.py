# reason: it took \d+ turns of the loop: it asks again and again
# quick
import select


def readable_within(loop, sock, seconds):
    until = loop.clock() + seconds
    while not select.select([sock], [], [], 0)[0]:
        if loop.clock() >= until:
            raise TimeoutError
        yield 0.01
