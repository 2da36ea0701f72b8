# reason: BlockingIOError came out of flush
def flush(connection, buffer):
    connection.sendall(buffer)
    buffer.clear()
    return True
