# reason: 41 bytes without an end, and no ValueError
def cut_commands(buffer, data, most):
    buffer += data
    *lines, rest = buffer.split(b"\n")
    buffer[:] = rest
    commands = []
    for line in lines:
        if len(line.removesuffix(b"\r")) > most:
            raise ValueError("too long")
    for line in lines:
        text = line.removesuffix(b"\r").decode("utf-8", "surrogateescape")
        name, _, argument = text.partition(" ")
        commands.append((name.upper(), argument))
    return commands
