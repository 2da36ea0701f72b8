# reason: returned None
# quick
import select


def read_as_they_come(connections):
    waiting = list(connections)
    while waiting:
        for each in select.select(waiting, [], [])[0]:
            each.recv(1024)
            waiting.remove(each)
