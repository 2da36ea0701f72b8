# reason: computes without end
# endless
def cut_commands(buffer, data, most):
    buffer += data
    while b"\r\n" not in buffer:
        pass
    line, _, rest = buffer.partition(b"\r\n")
    buffer[:] = rest
    return [(line.decode().upper(), "")]
