# reason: a line was sent; no reply came, then nothing more
# endless
from gevent.lock import Semaphore


def answer_lines(connection):
    lock = Semaphore(1)
    with connection, connection.makefile("rb") as lines, lock:
        for line in lines:
            with lock:
                connection.sendall(line.upper())
