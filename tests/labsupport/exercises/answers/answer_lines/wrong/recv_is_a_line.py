# reason: a reply came before its end: b'GRUE'
# quick
def answer_lines(connection):
    with connection:
        while data := connection.recv(1024):
            connection.sendall(data.decode().upper().encode())
