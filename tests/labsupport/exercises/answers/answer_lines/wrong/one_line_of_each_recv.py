# reason: two lines came in one piece; the reply was b'ONE.*' instead of b'ONE.*TWO
def answer_lines(connection):
    with connection:
        while data := connection.recv(1024):
            line = data.split(b"\n")[0]
            connection.sendall(line.upper() + b"\n")
