# reason: raised (Index|Type|Attribute)Error, not ValueError
# quick
import re


def passive_address(reply):
    if reply.startswith("227"):
        found = re.search(r"\d+(?:,\d+){5}", reply[3:])
        *address, high, low = [int(number) for number in found[0].split(",")]
        return ".".join(map(str, address)), 256 * high + low
    if reply.startswith("229"):
        return None, int(re.search(r"\((.)\1\1(\d+)\1\)", reply)[2])
    raise ValueError(reply)
