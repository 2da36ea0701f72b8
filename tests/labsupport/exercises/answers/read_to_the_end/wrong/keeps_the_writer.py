# reason: never ends: recv waits as long as any process has the other end open
import multiprocessing as mp


def listen(talk):
    reader, writer = mp.Pipe(duplex=False)
    child = mp.Process(target=talk, args=(writer,))
    child.start()
    messages = []
    try:
        while True:
            messages.append(reader.recv())
    except EOFError:
        return messages
