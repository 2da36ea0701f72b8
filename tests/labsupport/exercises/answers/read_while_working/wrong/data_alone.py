# reason: returned b'news'
# quick
def read_while_working(connection, work):
    connection.setblocking(False)
    while True:
        try:
            data = connection.recv(1024)
        except BlockingIOError:
            work()
        else:
            connection.setblocking(True)
            return data
