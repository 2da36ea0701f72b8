# reason: the next one found its other file and raised FileExistsError
def store(folder, key, data):
    part = folder / f".{key}.part"
    with part.open("xb") as file:
        file.write(data)
    part.rename(folder / key)
