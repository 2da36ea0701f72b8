# reason: two pieces, and BlockingIOError
import select


def read_message(connection, size):
    parts, missing = [], size
    select.select([connection], [], [])
    while missing:
        data = connection.recv(missing)
        parts.append(data)
        missing -= len(data)
    return b"".join(parts)
