# reason: the buffer is b'' instead of b'hello'
def flush(connection, buffer):
    data = bytes(buffer)
    buffer.clear()
    try:
        sent = connection.send(data)
    except BlockingIOError:
        return True
    except OSError:
        return False
    buffer += data[sent:]
    return True
