# reason: never ends
# endless
import threading


def read_while_working(connection, work):
    done = threading.Event()
    done.wait()
    return connection.recv(1024), 0
