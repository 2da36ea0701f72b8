# reason: one member never read.* Full was raised at the line `other.put_nowait\(line\)`
from contextlib import suppress

import gevent
from gevent.queue import Queue


def deliver(outbox, connection):
    with suppress(OSError):
        while True:
            connection.sendall(outbox.get())


def chat(members, connection):
    outbox = Queue(maxsize=10)
    members.add(outbox)
    writer = gevent.spawn(deliver, outbox, connection)
    try:
        with suppress(ConnectionError), connection, connection.makefile("rb") as lines:
            for line in lines:
                for other in members - {outbox}:
                    other.put_nowait(line)
    finally:
        members.discard(outbox)
        writer.kill()
