# reason: never ends
# endless
import select


def read_as_they_come(connections):
    arrived = []
    while True:
        for each in select.select(connections, [], [])[0]:
            arrived.append((connections.index(each), each.recv(1024)))
    return arrived
