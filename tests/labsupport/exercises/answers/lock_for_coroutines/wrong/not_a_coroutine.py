# reason: locked returned None.*no coroutine
def locked(lock, critical):
    lock["held"] = True
    for _ in critical:
        pass
    lock["held"] = False
