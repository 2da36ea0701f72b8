# reason: computes without end
# endless
def passive_address(reply):
    at = 0
    while not reply[at:].startswith("("):
        at += 0
    return None, 0
