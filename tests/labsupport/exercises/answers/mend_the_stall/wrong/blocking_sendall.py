# reason: another client did not read its long answer; no reply came
import select


def serve(listener):
    """Send back in upper case what clients send."""
    answers, writers = {}, []
    while True:
        readable, writable, _ = select.select([listener, *answers], writers, [])
        for ready in writable:
            ready.sendall(answers[ready])
            answers[ready].clear()
            writers.remove(ready)
        for ready in readable:
            if ready is listener:
                connection, _ = listener.accept()
                connection.setblocking(True)
                answers[connection] = bytearray()
            elif data := ready.recv(65536).upper():
                answers[ready] += data
                if ready not in writers:
                    writers.append(ready)
            else:
                del answers[ready]
                writers = [one for one in writers if one is not ready]
                ready.close()
