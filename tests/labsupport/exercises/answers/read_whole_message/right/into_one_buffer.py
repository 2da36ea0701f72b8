# quick
import selectors


def read_message(connection, size):
    buffer, got = bytearray(size), 0
    with selectors.SelectSelector() as selector:
        selector.register(connection, selectors.EVENT_READ)
        while got < size:
            selector.select()
            count = connection.recv_into(memoryview(buffer)[got:])
            if not count:
                break
            got += count
    return bytes(buffer[:got])
