# reason: BlockingIOError came out of flush
# quick
def flush(connection, buffer):
    connection.sendall(buffer)
    buffer.clear()
    return True
