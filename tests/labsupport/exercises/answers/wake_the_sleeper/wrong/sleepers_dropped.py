# reason: 1000 turns later it was still asleep


def run_all(coros):
    ready = list(coros)
    while ready:
        coro = ready.pop(0)
        if next(coro, "done") is None:
            ready.append(coro)
