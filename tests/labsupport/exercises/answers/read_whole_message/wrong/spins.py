# reason: kept the processor busy
# quick
def read_message(connection, size):
    parts, missing = [], size
    while missing:
        try:
            data = connection.recv(missing)
        except BlockingIOError:
            continue
        if not data:
            break
        parts.append(data)
        missing -= len(data)
    return b"".join(parts)
