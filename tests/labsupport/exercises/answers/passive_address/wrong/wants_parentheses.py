# reason: 195,80' raised ValueError
import re


def passive_address(reply):
    code, text = reply[:3], reply[3:]
    host = None
    if code == "227" and (found := re.search(r"\((\d+(?:,\d+){5})\)", text)):
        *address, high, low = numbers = [int(number) for number in found[1].split(",")]
        if max(numbers) > 255:
            raise ValueError(reply)
        host, port = ".".join(map(str, address)), 256 * high + low
    elif code == "229" and (found := re.search(r"\((.)\1\1(\d+)\1\)", text)):
        port = int(found[2])
    else:
        raise ValueError(reply)
    if not 0 < port < 65536:
        raise ValueError(reply)
    return host, port
