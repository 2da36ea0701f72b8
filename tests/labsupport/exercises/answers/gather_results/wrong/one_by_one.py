# reason: began only when another one had ended
def gather(loop, coros):
    results = []
    for coro in coros:
        results.append((yield from coro))
    return results
