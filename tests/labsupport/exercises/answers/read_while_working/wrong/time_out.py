# reason: it sleeps
def read_while_working(connection, work):
    worked = 0
    connection.settimeout(0.01)
    while True:
        try:
            data = connection.recv(1024)
        except TimeoutError:
            work()
            worked += 1
        else:
            connection.settimeout(None)
            return data, worked
