# reason: came in another order
import zlib


def pick(client, servers):
    return servers[zlib.crc32(client.encode()) % len(servers)]
