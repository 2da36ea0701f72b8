# reason: spawn got an object of type function
def gather(loop, coros):
    results = []

    def keep():
        yield

    for _ in coros:
        loop.spawn(keep)
    while len(results) < len(coros):
        yield
    return results
