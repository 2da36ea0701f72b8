# reason: NOOP with CR LF: the commands were \[\('NOOP\\r'
def cut_commands(buffer, data, most):
    buffer += data
    *lines, rest = buffer.split(b"\n")
    buffer[:] = rest
    commands = []
    for line in [*lines, rest]:
        if len(line.removesuffix(b"\r")) > most:
            raise ValueError("too long")
    for line in lines:
        text = line.decode("utf-8", "surrogateescape")
        name, _, argument = text.partition(" ")
        commands.append((name.upper(), argument))
    return commands
