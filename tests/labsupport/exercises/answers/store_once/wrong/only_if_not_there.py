# reason: opened payment-7 itself for writing
def store(folder, key, data):
    try:
        with (folder / key).open("xb") as file:
            file.write(data)
    except FileExistsError:
        pass
