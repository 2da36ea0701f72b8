# reason: one renamed the other file of both away
def store(folder, key, data):
    part = folder / f".{key}.part"
    part.write_bytes(data)
    part.rename(folder / key)
