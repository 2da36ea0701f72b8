# reason: [Cc]an't (pickle|get local object) .*<lambda>.* came out of listen
# quick
import multiprocessing as mp


def listen(talk):
    reader, writer = mp.Pipe(duplex=False)
    child = mp.Process(target=lambda: talk(writer))
    child.start()
    writer.close()
    return [reader.recv() for _ in range(6)]
