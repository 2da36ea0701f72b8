# reason: the next one returned, and there is no file payment-7
def store(folder, key, data):
    part = folder / (key + ".part")
    try:
        with part.open("xb") as f:
            f.write(data)
    except FileExistsError:
        return
    part.replace(folder / key)
