# reason: never ends
# endless
import select


def read_message(connection, size):
    parts, missing = [], size
    select.select([connection], [], [])
    while missing:
        data = connection.recv(missing)
        parts.append(data)
        missing -= len(data)
        select.select([connection], [], [])
    return b"".join(parts)
