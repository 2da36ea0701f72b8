# reason: gather returned a.* list.*no coroutine
def gather(loop, coros):
    results = []
    for coro in coros:
        for _ in coro:
            pass
    return results
