# reason: half a file of an older program lay there, .* the file payment-7 holds 10 bytes
import os


def store(folder, key, data):
    if (folder / key).exists():
        return
    part = folder / f".{key}.{os.getpid()}"
    part.write_bytes(data)
    part.replace(folder / key)
