# reason: not in the order of `coros`
def gather(loop, coros):
    results = []

    def keep(coro):
        results.append((yield from coro))

    for coro in coros:
        loop.spawn(keep(coro))
    while len(results) < len(coros):
        yield
    return results
