# reason: no room at all, and flush returned False
# quick
def flush(connection, buffer):
    try:
        del buffer[: connection.send(buffer)]
    except OSError:
        return False
    return True
