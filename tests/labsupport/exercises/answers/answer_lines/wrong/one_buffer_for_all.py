# reason: had sent half a line; the reply was b'MINE IS YOURS.*' instead of b'YOURS
waiting = b""


def answer_lines(connection):
    global waiting
    with connection:
        while data := connection.recv(1024):
            waiting += data
            while b"\n" in waiting:
                line, _, waiting = waiting.partition(b"\n")
                connection.sendall(line.decode().upper().encode() + b"\n")
