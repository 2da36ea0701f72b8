# reason: the client's buffer held b''
# quick
waiting = bytearray()


def cut_commands(buffer, data, most):
    waiting.extend(data)
    *lines, rest = waiting.split(b"\n")
    waiting[:] = rest
    commands = []
    for line in lines:
        name, _, argument = line.decode("utf-8", "surrogateescape").rstrip("\r").partition(" ")
        commands.append((name.upper(), argument))
    return commands
