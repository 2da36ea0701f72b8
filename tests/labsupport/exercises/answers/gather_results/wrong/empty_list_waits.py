# reason: for an empty list gather waits for ever
# quick
def gather(loop, coros):
    results = {}

    def keep(number, coro):
        results[number] = yield from coro

    for number, coro in enumerate(coros):
        loop.spawn(keep(number, coro))
    while True:
        yield
        if results and len(results) == len(coros):
            return [results[number] for number in range(len(coros))]
