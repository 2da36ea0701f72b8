# reason: a line of 41 bytes, and no ValueError
# quick
def cut_commands(buffer, data, most):
    buffer += data
    *lines, rest = buffer.split(b"\n")
    buffer[:] = rest
    commands = []
    for line in lines:
        text = line.removesuffix(b"\r").decode("utf-8", "surrogateescape")
        name, _, argument = text.partition(" ")
        commands.append((name.upper(), argument))
    return commands
