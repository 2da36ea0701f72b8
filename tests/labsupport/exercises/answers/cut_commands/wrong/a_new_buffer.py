# reason: NOOP in pieces: the commands were \[\('', ''\)\]
def cut_commands(buffer, data, most):
    *lines, buffer = (buffer + data).split(b"\n")
    commands = []
    for line in lines:
        name, _, argument = line.decode("utf-8", "surrogateescape").rstrip("\r").partition(" ")
        commands.append((name.upper(), argument))
    return commands
