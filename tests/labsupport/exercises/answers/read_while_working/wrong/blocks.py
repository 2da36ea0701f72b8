# reason: it sleeps
# quick
def read_while_working(connection, work):
    return connection.recv(1024), 0
