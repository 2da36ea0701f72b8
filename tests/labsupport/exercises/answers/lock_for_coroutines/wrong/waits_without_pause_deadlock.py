# reason: locked computes without end at the line
# endless
def locked(lock, critical):
    while lock["held"]:
        pass
    lock["held"] = True
    try:
        return (yield from critical)
    finally:
        lock["held"] = False
