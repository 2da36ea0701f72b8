# reason: is not any more
# quick
def read_while_working(connection, work):
    worked = 0
    connection.setblocking(False)
    while True:
        try:
            return connection.recv(1024), worked
        except BlockingIOError:
            work()
            worked += 1
