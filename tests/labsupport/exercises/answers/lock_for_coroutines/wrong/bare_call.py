# reason: critical was not run
# quick
def locked(lock, critical):
    while lock["held"]:
        yield
    lock["held"] = True
    critical.__iter__()
    lock["held"] = False
