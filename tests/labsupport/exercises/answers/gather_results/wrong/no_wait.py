# reason: gather returned 0 results for 4 coroutines
# quick
def gather(loop, coros):
    results = []

    def keep(coro):
        results.append((yield from coro))

    for coro in coros:
        loop.spawn(keep(coro))
    yield
    return list(results) if len(results) == len(coros) else []
