# reason: ^1 of 4 messages
# quick
import select


def read_as_they_come(connections):
    ready, _, _ = select.select(connections, [], [])
    return [(connections.index(each), each.recv(1024)) for each in ready]
