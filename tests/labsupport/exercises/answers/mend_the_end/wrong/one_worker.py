# reason: 1 processes? (was|were) started
import multiprocessing as mp


def measure(words, lengths):
    for word in iter(words.get, None):
        lengths.put((word, len(word)))


def measure_all(texts):
    words, lengths = mp.Queue(), mp.Queue()
    workers = [mp.Process(target=measure, args=(words, lengths)) for _ in range(1)]
    for worker in workers:
        worker.start()
    for word in texts:
        words.put(word)
    words.put(None)
    words.put(None)
    found = dict(lengths.get() for _ in texts)
    for worker in workers:
        worker.join()
    return found
