# reason: were inside at once
def locked(lock, critical):
    while lock["held"]:
        yield
    yield
    lock["held"] = True
    try:
        return (yield from critical)
    finally:
        lock["held"] = False
