# reason: never ends: join before the pipe was read
import multiprocessing as mp


def listen(talk):
    reader, writer = mp.Pipe(duplex=False)
    child = mp.Process(target=talk, args=(writer,))
    child.start()
    writer.close()
    child.join()
    messages = []
    try:
        while True:
            messages.append(reader.recv())
    except EOFError:
        return messages
