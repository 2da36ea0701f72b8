# reason: the connection had ended
# quick
from contextlib import suppress


def read_while_working(connection, work):
    worked, data = 0, b""
    connection.setblocking(False)
    while not data:
        with suppress(BlockingIOError):
            data = connection.recv(1024)
        if not data:
            work()
            worked += 1
    connection.setblocking(True)
    return data, worked
