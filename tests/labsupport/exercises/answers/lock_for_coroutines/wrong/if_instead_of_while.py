# reason: were inside at once
# quick
def locked(lock, critical):
    if lock["held"]:
        yield
    lock["held"] = True
    try:
        return (yield from critical)
    finally:
        lock["held"] = False
