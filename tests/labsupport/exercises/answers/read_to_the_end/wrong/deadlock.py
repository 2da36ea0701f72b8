# reason: never ends
# endless
import multiprocessing as mp


def listen(talk):
    reader, writer = mp.Pipe()
    child = mp.Process(target=talk, args=(writer,))
    child.start()
    return [reader.recv() for _ in range(7)]
