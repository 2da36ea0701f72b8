# reason: asked (it )?60 times whether something had come: it spins
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
