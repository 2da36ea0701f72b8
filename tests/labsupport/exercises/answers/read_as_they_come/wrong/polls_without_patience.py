# reason: asked 60 times whether something had come: it spins
import selectors


def read_as_they_come(connections):
    arrived = []
    selector = selectors.PollSelector()
    for index, connection in enumerate(connections):
        selector.register(connection, selectors.EVENT_READ, index)
    while selector.get_map():
        for key, _ in selector.select(timeout=0):
            arrived.append((key.data, key.fileobj.recv(1024)))
            selector.unregister(key.fileobj)
    return arrived
