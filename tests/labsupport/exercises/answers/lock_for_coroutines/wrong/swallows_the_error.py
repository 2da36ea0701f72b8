# reason: locked swallowed it
def locked(lock, critical):
    while lock["held"]:
        yield
    lock["held"] = True
    try:
        return (yield from critical)
    except LookupError:
        return None
    finally:
        lock["held"] = False
