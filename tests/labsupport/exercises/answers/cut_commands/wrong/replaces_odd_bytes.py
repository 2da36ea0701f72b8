# reason: no UTF-8: the commands were
def cut_commands(buffer, data, most):
    buffer += data
    *lines, rest = buffer.split(b"\n")
    buffer[:] = rest
    commands = []
    for line in [*lines, rest]:
        if len(line.removesuffix(b"\r")) > most:
            raise ValueError("too long")
    for line in lines:
        name, _, argument = line.removesuffix(b"\r").decode("utf-8", "replace").partition(" ")
        commands.append((name.upper(), argument))
    return commands
