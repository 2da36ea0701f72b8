# reason: a name with spaces: the commands were
def cut_commands(buffer, data, most):
    buffer += data
    *lines, rest = buffer.split(b"\n")
    buffer[:] = rest
    commands = []
    for line in [*lines, rest]:
        if len(line.removesuffix(b"\r")) > most:
            raise ValueError("too long")
    for line in lines:
        name, *words = line.decode("utf-8", "surrogateescape").split() or [""]
        commands.append((name.upper(), " ".join(words)))
    return commands
