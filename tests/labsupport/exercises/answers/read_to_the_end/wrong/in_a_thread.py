# reason: talk ran in the process that called listen
# quick
import multiprocessing as mp
import threading


def listen(talk):
    reader, writer = mp.Pipe(duplex=False)
    threading.Thread(target=talk, args=(writer,)).start()
    return [reader.recv() for _ in range(6)]
