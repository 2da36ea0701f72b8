# reason: 4 messages came back, and not as they were sent
import multiprocessing as mp


def listen(talk):
    reader, writer = mp.Pipe(duplex=False)
    child = mp.Process(target=talk, args=(writer,))
    child.start()
    writer.close()
    messages = []
    try:
        while True:
            if message := reader.recv():
                messages.append(message)
    except EOFError:
        return messages
