# reason: of 1000 clients amber got 1000; 250 would be even
# quick
def pick(client, servers):
    return min(servers)
