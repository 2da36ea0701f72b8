# quick
from select import POLLIN, poll


def read_message(connection, size):
    room = poll()
    room.register(connection, POLLIN)
    message = b""
    while len(message) < size:
        try:
            part = connection.recv(size - len(message))
        except BlockingIOError:
            room.poll()
            continue
        if not part:
            break
        message += part
    return message
