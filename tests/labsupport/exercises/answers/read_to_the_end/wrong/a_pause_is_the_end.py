# reason: only 5 of 6 messages came back. It stopped before 'last'
import multiprocessing as mp


def listen(talk):
    reader, writer = mp.Pipe(duplex=False)
    child = mp.Process(target=talk, args=(writer,))
    child.start()
    messages = [reader.recv()]
    while reader.poll(0.3):
        messages.append(reader.recv())
    return messages
