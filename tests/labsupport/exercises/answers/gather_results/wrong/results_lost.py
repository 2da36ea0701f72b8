# reason: gather returned \[None, None, None, None\], not
def gather(loop, coros):
    results = {}

    def keep(number, coro):
        yield from coro
        results[number] = None

    for number, coro in enumerate(coros):
        loop.spawn(keep(number, coro))
    while len(results) < len(coros):
        yield
    return list(results.values())
