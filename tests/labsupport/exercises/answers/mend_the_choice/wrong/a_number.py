# reason: pick returned \d, which is none of the servers
# quick
import zlib


def pick(client, servers):
    return zlib.crc32(client.encode()) % len(servers)
