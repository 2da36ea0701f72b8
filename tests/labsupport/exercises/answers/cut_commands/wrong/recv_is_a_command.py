# reason: NOOP in pieces: the commands were \[\('NO', ''\), \('O'
# quick
def cut_commands(buffer, data, most):
    name, _, argument = data.decode("utf-8", "surrogateescape").strip().partition(" ")
    return [(name.upper(), argument)] if name else []
