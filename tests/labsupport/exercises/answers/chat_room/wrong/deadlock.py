# reason: ada said a line; no reply came, then nothing more
# endless
from gevent.lock import Semaphore

room = Semaphore(1)


def chat(members, connection):
    members.add(connection)
    with connection, room, connection.makefile("rb") as lines:
        for line in lines:
            with room:
                for other in members - {connection}:
                    other.sendall(line)
