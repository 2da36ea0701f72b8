# reason: two lines came in one piece; no reply came, then the
# quick
def answer_lines(connection):
    with connection, connection.makefile("rb") as lines:
        connection.sendall(lines.readline().decode().upper().encode())
