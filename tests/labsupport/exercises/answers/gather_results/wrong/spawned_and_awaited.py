# reason: ValueError: generator already executing|came out of gather|not \[1
def gather(loop, coros):
    for coro in coros:
        loop.spawn(coro)
    results = []
    for coro in coros:
        results.append((yield from coro))
    return results
