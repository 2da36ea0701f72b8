# reason: the same client got another server when it came again
# quick
import random


def pick(client, servers):
    return random.choice(servers)
