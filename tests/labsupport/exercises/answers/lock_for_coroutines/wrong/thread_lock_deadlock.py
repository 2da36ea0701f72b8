# reason: locked never ends
# endless
import threading

real = threading.Lock()


def locked(lock, critical):
    with real:
        return (yield from critical)
