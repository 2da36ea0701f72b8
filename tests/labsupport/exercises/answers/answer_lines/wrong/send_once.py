# reason: a line of 4000001 bytes was sent; \d+ of 4000001 bytes came back, then nothing more
def answer_lines(connection):
    try:
        with connection, connection.makefile("rb") as lines:
            for line in lines:
                connection.send(line.decode().upper().encode())
    except ConnectionError:
        pass
