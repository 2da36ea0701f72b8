# reason: the same client got another server when it came again
import random


def pick(client, servers):
    return random.choice(servers)
