# reason: the client sent no more \(end of file\), but the server kept the connection open
KEPT = []


def answer_lines(connection):
    KEPT.append(connection)
    try:
        for line in connection.makefile("rb"):
            connection.sendall(line.decode().upper().encode())
    except ConnectionError:
        pass
