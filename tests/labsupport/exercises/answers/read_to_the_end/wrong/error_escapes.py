# reason: EOFError came out of listen. Line
# quick
import multiprocessing as mp


def listen(talk):
    reader, writer = mp.Pipe(duplex=False)
    child = mp.Process(target=talk, args=(writer,))
    child.start()
    writer.close()
    messages = []
    while child.is_alive() or reader.poll():
        messages.append(reader.recv())
    messages.append(reader.recv())
    return messages
