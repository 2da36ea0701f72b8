# reason: right behind it
import select


def read_message(connection, size):
    data = b""
    while len(data) < size:
        select.select([connection], [], [])
        part = connection.recv(4096)
        if not part:
            break
        data += part
    return data[:size]
