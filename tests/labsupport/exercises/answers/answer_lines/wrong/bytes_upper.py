# reason: a line was cut in the middle of a character; the reply was b'NA\\xc3\\xafVE
# quick
def answer_lines(connection):
    with connection, connection.makefile("rb") as lines:
        for line in lines:
            connection.sendall(line.upper())
