# reason: asked (it )?60 times whether something had come: it spins
def read_as_they_come(connections):
    waiting, arrived = list(connections), []
    for each in waiting:
        each.setblocking(False)
    while waiting:
        for each in list(waiting):
            try:
                arrived.append((connections.index(each), each.recv(1024)))
            except BlockingIOError:
                continue
            waiting.remove(each)
    return arrived
