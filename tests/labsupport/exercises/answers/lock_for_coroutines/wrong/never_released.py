# reason: the lock is still held
# quick
def locked(lock, critical):
    while lock["held"]:
        yield
    lock["held"] = True
    return (yield from critical)
