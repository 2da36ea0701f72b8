# reason: this is left beside the file: \.payment-7
# quick
import os


def store(folder, key, data):
    part = folder / f".{key}.{os.getpid()}"
    part.write_bytes(data)
    if not (folder / key).exists():
        os.link(part, folder / key)
