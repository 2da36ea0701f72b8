# reason: after many calls of flush only \d+ had arrived
# quick
def flush(connection, buffer):
    try:
        connection.send(buffer)
        buffer.clear()
    except BlockingIOError:
        return True
    except OSError:
        return False
    return True
