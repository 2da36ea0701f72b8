# reason: now it does
# quick
def read_message(connection, size):
    parts, missing = [], size
    connection.setblocking(True)
    while missing:
        data = connection.recv(missing)
        if not data:
            break
        parts.append(data)
        missing -= len(data)
    return b"".join(parts)
