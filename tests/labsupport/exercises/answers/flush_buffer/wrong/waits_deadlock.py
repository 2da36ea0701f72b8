# reason: flush let the connection wait
# endless
def flush(connection, buffer):
    connection.setblocking(True)
    try:
        connection.sendall(buffer)
    except OSError:
        return False
    buffer.clear()
    return True
