# reason: opened payment-7 itself for writing
def store(folder, key, data):
    (folder / key).write_bytes(data)
