# reason: critical returned 1, and locked returned None
def locked(lock, critical):
    while lock["held"]:
        yield
    lock["held"] = True
    try:
        yield from critical
    finally:
        lock["held"] = False
