# reason: in the order \[0, 1, 2, 3\]
import select


def read_as_they_come(connections):
    waiting, arrived = list(connections), []
    while waiting:
        for each in select.select(waiting, [], [])[0]:
            arrived.append((connections.index(each), each.recv(1024)))
            waiting.remove(each)
    return sorted(arrived)
