# reason: were inside at once
def locked(lock, critical):
    if lock["held"]:
        yield
    lock["held"] = True
    try:
        return (yield from critical)
    finally:
        lock["held"] = False
