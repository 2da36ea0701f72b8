# reason: everything was sent, and flush returned None
def flush(connection, buffer):
    try:
        del buffer[: connection.send(buffer)]
    except OSError:
        return
