# reason: asked (it )?60 times whether something had come: it spins
# quick
import select


def read_as_they_come(connections):
    waiting, arrived = list(connections), []
    while waiting:
        for each in select.select(waiting, [], [], 0)[0]:
            arrived.append((connections.index(each), each.recv(1024)))
            waiting.remove(each)
    return arrived
