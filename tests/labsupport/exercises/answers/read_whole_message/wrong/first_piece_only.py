# reason: two pieces; read_message returned b'01234'
# quick
import select


def read_message(connection, size):
    select.select([connection], [], [])
    return connection.recv(size)
