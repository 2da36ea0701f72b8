# reason: full, and flush called send again and again
def flush(connection, buffer):
    try:
        while buffer:
            try:
                del buffer[: connection.send(buffer)]
            except BlockingIOError:
                continue
    except OSError:
        return False
    return True
