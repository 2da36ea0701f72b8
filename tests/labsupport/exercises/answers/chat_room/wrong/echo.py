# reason: ada said a line; no reply came, then nothing more
def chat(members, connection):
    with connection, connection.makefile("rb") as lines:
        for line in lines:
            connection.sendall(line)
