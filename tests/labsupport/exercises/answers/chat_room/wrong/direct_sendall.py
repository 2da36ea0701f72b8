# reason: one member never read; .* nothing more|the server stopped to take
from contextlib import suppress


def chat(members, connection):
    members.add(connection)
    try:
        with suppress(ConnectionError), connection, connection.makefile("rb") as lines:
            for line in lines:
                for other in members - {connection}:
                    with suppress(ConnectionError):
                        other.sendall(line)
    finally:
        members.discard(connection)
