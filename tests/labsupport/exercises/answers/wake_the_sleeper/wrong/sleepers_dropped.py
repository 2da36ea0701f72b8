# reason: still asleep after more than 0.5


def run_all(coros):
    ready = list(coros)
    while ready:
        coro = ready.pop(0)
        if next(coro, "done") is None:
            ready.append(coro)
