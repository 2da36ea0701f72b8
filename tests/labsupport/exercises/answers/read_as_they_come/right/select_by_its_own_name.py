# quick
from select import select


def read_as_they_come(connections):
    places, arrived = {each: index for index, each in enumerate(connections)}, []
    while places:
        for each in select(list(places), [], [], 30)[0]:
            arrived.append((places.pop(each), each.recv(1024)))
    return arrived
