# reason: in the order \[0, 1, 2, 3\]
def read_as_they_come(connections):
    return [(n, each.recv(1024)) for n, each in enumerate(connections)]
