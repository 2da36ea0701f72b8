# reason: of 1000 clients birch got \d+; 333 would be even
import hashlib

KNOWN = ["amber", "birch", "cedar", "dune"]


def pick(client, servers):
    place = hashlib.sha256(client.encode()).digest()[0] % len(KNOWN)
    while KNOWN[place] not in servers:
        place = (place + 1) % len(KNOWN)
    return KNOWN[place]
