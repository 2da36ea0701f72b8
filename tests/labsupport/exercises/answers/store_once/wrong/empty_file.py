# reason: holds 0 bytes that are not the data
# quick
import os


def store(folder, key, data):
    part = folder / f".{key}.{os.getpid()}"
    part.touch()
    part.replace(folder / key)
