# reason: '425 .* gave \('127.0.0.1', 50000\), but its code is 425
# quick
import re


def passive_address(reply):
    if found := re.search(r"\((.)\1\1(\d+)\1\)", reply):
        host, port = None, int(found[2])
    elif found := re.search(r"\d+(?:,\d+){5}", reply):
        *address, high, low = numbers = [int(number) for number in found[0].split(",")]
        if max(numbers) > 255:
            raise ValueError(reply)
        host, port = ".".join(map(str, address)), 256 * high + low
    else:
        raise ValueError(reply)
    if not 0 < port < 65536:
        raise ValueError(reply)
    return host, port
