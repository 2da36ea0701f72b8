# reason: ConnectionResetError: .* came out of answer_lines when a client broke the connection
# quick
def answer_lines(connection):
    with connection, connection.makefile("rb") as lines:
        for line in lines:
            connection.sendall(line.decode().upper().encode())
