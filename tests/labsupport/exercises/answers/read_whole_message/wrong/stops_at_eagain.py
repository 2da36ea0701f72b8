# reason: two pieces; read_message returned b'01234'
import select


def read_message(connection, size):
    parts, missing = [], size
    select.select([connection], [], [])
    while missing:
        try:
            data = connection.recv(missing)
        except BlockingIOError:
            break
        if not data:
            break
        parts.append(data)
        missing -= len(data)
    return b"".join(parts)
