# reason: three lines of 40 bytes in one piece: ValueError
def cut_commands(buffer, data, most):
    buffer += data
    if len(buffer) > most + 2:
        raise ValueError("too long")
    *lines, rest = buffer.split(b"\n")
    buffer[:] = rest
    if len(rest.removesuffix(b"\r")) > most:
        raise ValueError("too long")
    commands = []
    for line in lines:
        if len(line.removesuffix(b"\r")) > most:
            raise ValueError("too long")
        text = line.removesuffix(b"\r").decode("utf-8", "surrogateescape")
        name, _, argument = text.partition(" ")
        commands.append((name.upper(), argument))
    return commands
