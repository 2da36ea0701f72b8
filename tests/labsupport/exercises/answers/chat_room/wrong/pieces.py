# reason: a line came in two pieces; the reply was b'in
# quick
import gevent
from gevent.queue import Queue


def deliver(outbox, connection):
    while True:
        connection.sendall(outbox.get())


def chat(members, connection):
    outbox = Queue(maxsize=100)
    members.add(outbox)
    gevent.spawn(deliver, outbox, connection)
    with connection:
        while data := connection.recv(1024):
            for other in members - {outbox}:
                other.put_nowait(data.replace(b" ", b"  ") if b"two" in data else data)
