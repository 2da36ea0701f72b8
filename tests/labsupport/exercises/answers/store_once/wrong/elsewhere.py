# reason: stood in another folder
# quick
import tempfile
from pathlib import Path


def store(folder, key, data):
    handle, part = tempfile.mkstemp(dir=folder.parent)
    with open(handle, "wb") as file:
        file.write(data)
    Path(part).replace(folder / key)
