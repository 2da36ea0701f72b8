# reason: never ends|stands still|deadlock
# endless
import os
import threading

lock = threading.Lock()


def store(folder, key, data):
    lock.acquire()
    part = folder / f".{key}.{os.getpid()}"
    part.write_bytes(data)
    part.replace(folder / key)
    lock.release()
