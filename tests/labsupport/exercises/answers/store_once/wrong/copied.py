# reason: opened payment-7 itself for writing
# quick
import os
import shutil


def store(folder, key, data):
    part = folder / f".{key}.{os.getpid()}"
    part.write_bytes(data)
    shutil.copyfile(part, folder / key)
    part.unlink()
