# reason: 5 bytes are still in the buffer
# quick
def flush(connection, buffer):
    try:
        buffer = buffer[connection.send(buffer) :]
    except BlockingIOError:
        return True
    except OSError:
        return False
    return True
