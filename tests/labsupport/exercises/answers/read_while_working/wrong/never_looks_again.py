# reason: returned \(b'', 1\)
def read_while_working(connection, work):
    connection.setblocking(False)
    try:
        return connection.recv(1024), 0
    except BlockingIOError:
        work()
        return b"", 1
    finally:
        connection.setblocking(True)
