# reason: after 3000 turns of the loop the task had not ended
# endless


def readable_within(loop, sock, seconds):
    waiting = loop.current

    def watchdog():
        yield seconds
        while waiting.ending is None:
            yield
        loop.interrupt(waiting, TimeoutError())

    guard = loop.spawn(watchdog())
    while guard.ending is None:
        yield
