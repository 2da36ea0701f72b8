# reason: three commands in two pieces: the commands were
def cut_commands(buffer, data, most):
    buffer += data
    if b"\n" not in buffer:
        return []
    line, _, rest = buffer.partition(b"\n")
    buffer[:] = rest
    name, _, argument = line.decode("utf-8", "surrogateescape").rstrip("\r").partition(" ")
    return [(name.upper(), argument)]
