# reason: only 1 of 6 messages came back. It stopped before None
# quick
import multiprocessing as mp


def listen(talk):
    reader, writer = mp.Pipe(duplex=False)
    child = mp.Process(target=talk, args=(writer,))
    child.start()
    return list(iter(reader.recv, None))
