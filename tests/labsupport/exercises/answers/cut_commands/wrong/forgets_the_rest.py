# reason: NOOP in pieces: the commands were \[\('', ''\)\]
def cut_commands(buffer, data, most):
    commands = []
    for line in data.split(b"\n")[:-1]:
        name, _, argument = line.decode("utf-8", "surrogateescape").rstrip("\r").partition(" ")
        commands.append((name.upper(), argument))
    return commands
