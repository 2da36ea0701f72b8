# reason: another process chose another server
def pick(client, servers):
    return max(servers, key=lambda server: hash((client, server)))
