import select


def read_as_they_come(connections):
    waiting, arrived = list(enumerate(connections)), []
    for _, each in waiting:
        each.setblocking(False)
    while waiting:
        for index, each in list(waiting):
            try:
                arrived.append((index, each.recv(1024)))
            except BlockingIOError:
                continue
            waiting.remove((index, each))
        if waiting:
            select.select([each for _, each in waiting], [], [])
    return arrived
