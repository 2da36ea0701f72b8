# reason: gather computes without end at the line
# endless
def gather(loop, coros):
    results = {}

    def keep(number, coro):
        results[number] = yield from coro

    for number, coro in enumerate(coros):
        loop.spawn(keep(number, coro))
    yield
    while len(results) < len(coros):
        pass
    return list(results.values())
