# reason: never ends
import multiprocessing as mp


def measure(words, lengths):
    for word in iter(words.get, None):
        lengths.put((word, len(word)))


def measure_all(texts):
    words, lengths = mp.Queue(), mp.Queue()
    workers = [mp.Process(target=measure, args=(words, lengths)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for word in [None, None, *texts]:
        words.put(word)
    found = dict(lengths.get() for _ in texts)
    for worker in workers:
        worker.join()
    return found
