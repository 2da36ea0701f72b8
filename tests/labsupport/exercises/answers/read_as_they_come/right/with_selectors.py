# quick
import selectors


def read_as_they_come(connections):
    arrived = []
    with selectors.DefaultSelector() as selector:
        for index, connection in enumerate(connections):
            selector.register(connection, selectors.EVENT_READ, index)
        while selector.get_map():
            for key, _ in selector.select():
                arrived.append((key.data, key.fileobj.recv(1024)))
                selector.unregister(key.fileobj)
    return arrived
