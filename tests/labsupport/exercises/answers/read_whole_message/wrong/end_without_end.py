# reason: again and again
import select


def read_message(connection, size):
    parts, missing = [], size
    while missing:
        select.select([connection], [], [])
        data = connection.recv(missing)
        parts.append(data)
        missing -= len(data)
    return b"".join(parts)
