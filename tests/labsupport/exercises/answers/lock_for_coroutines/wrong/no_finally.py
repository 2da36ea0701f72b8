# reason: critical raised, and after that nobody gets the lock
# quick
def locked(lock, critical):
    while lock["held"]:
        yield
    lock["held"] = True
    result = yield from critical
    lock["held"] = False
    return result
