# reason: none of the coroutines was ever started
# quick
def gather(loop, coros):
    results = {}
    while len(results) < len(coros):
        yield
    return list(results.values())
