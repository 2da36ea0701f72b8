"""A "final version" with four faults, kept as it was believed to be right: lesson 12 finds them.

Each client has a queue of answers. `writable` is kept by hand between the turns.
"""

import queue
import select
import socket

CHUNK = 16 * 1024  # bytes taken with one recv()


def serve(listener: socket.socket) -> None:
    """Serve clients for ever, with faults."""
    inputs = [listener]
    outputs: list[socket.socket] = []
    answers: dict[socket.socket, queue.Queue[bytes]] = {}

    while True:
        readable, writable, _ = select.select(inputs, outputs, [])
        for ready in readable:
            if ready is listener:
                connection, _ = listener.accept()
                connection.setblocking(False)
                inputs.append(connection)
                answers[connection] = queue.Queue()
                continue
            try:
                data = ready.recv(CHUNK)
            except OSError:
                data = b""
            if data:
                answers[ready].put(data.upper())
                if ready not in outputs:
                    outputs.append(ready)
            else:
                inputs.remove(ready)
                if ready in outputs:
                    outputs.remove(ready)
                answers[ready] = queue.Queue()  # nobody wants these answers now
                ready.close()
        for ready in writable:
            try:
                ready.send(answers[ready].get())
            except OSError:
                inputs.remove(connection)
                if connection in outputs:
                    outputs.remove(connection)
                connection.close()
            else:
                outputs.remove(ready)


def main() -> None:
    """Listen, say where, and serve."""
    with socket.create_server(("127.0.0.1", 0), backlog=500) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8192)  # little memory for each
        print(f"listening on 127.0.0.1:{listener.getsockname()[1]}", flush=True)
        serve(listener)


if __name__ == "__main__":
    main()
