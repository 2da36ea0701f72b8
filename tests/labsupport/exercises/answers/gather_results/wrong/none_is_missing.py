# reason: all coroutines have ended, and gather goes on
# quick
def gather(loop, coros):
    results = [None] * len(coros)

    def keep(number, coro):
        results[number] = yield from coro

    for number, coro in enumerate(coros):
        loop.spawn(keep(number, coro))
    while any(result is None for result in results):
        yield
    return results
