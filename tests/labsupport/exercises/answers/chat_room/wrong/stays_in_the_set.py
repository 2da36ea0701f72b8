# reason: everybody has left, and members still holds 4
# quick
from contextlib import suppress

import gevent
from gevent.queue import Full, Queue


def deliver(outbox, connection):
    with suppress(OSError):
        while True:
            connection.sendall(outbox.get())


def chat(members, connection):
    outbox = Queue(maxsize=100)
    members.add(outbox)
    gevent.spawn(deliver, outbox, connection)
    with suppress(ConnectionError), connection, connection.makefile("rb") as lines:
        for line in lines:
            for other in members - {outbox}:
                with suppress(Full):
                    other.put_nowait(line)
