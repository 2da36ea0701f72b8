# reason: stood in another folder
import os
import tempfile


def store(folder, key, data):
    handle, part = tempfile.mkstemp(dir=folder.parent)
    with open(handle, "wb") as file:
        file.write(data)
    os.replace(part, folder / key)
