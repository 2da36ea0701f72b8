# reason: gone, and (BrokenPipe|ConnectionReset)Error came out
def flush(connection, buffer):
    try:
        del buffer[: connection.send(buffer)]
    except BlockingIOError:
        return True
    return True
