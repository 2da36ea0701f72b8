# reason: raised IndexError
def passive_address(reply):
    if reply.startswith("227"):
        numbers = reply[27:].rstrip(").").split(",")
        return ".".join(numbers[:4]), 256 * int(numbers[4]) + int(numbers[5])
    if reply.startswith("229"):
        return None, int(reply.split("|")[3])
    raise ValueError(reply)
