# reason: would be even
def pick(client, servers):
    return max(servers, key=lambda server: (len(client) * len(server) % 7, server))
