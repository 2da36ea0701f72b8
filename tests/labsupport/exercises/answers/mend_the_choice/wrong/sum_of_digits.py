# reason: amber was taken away, and \d+ of the \d+ clients
def pick(client, servers):
    return sorted(servers)[sum(int(digit) for digit in client if digit.isdigit()) % len(servers)]
