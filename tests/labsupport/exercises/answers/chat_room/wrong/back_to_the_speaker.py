# reason: ada got an own line back: b'ada is here\\n'
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
    with connection, connection.makefile("rb") as lines:
        for line in lines:
            for other in list(members):
                other.put_nowait(line)
