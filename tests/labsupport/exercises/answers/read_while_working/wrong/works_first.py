# reason: data was there at once
def read_while_working(connection, work):
    worked = 0
    connection.setblocking(False)
    while True:
        work()
        worked += 1
        try:
            data = connection.recv(1024)
        except BlockingIOError:
            continue
        connection.setblocking(True)
        return data, worked
