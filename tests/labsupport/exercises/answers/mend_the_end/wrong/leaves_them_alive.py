# reason: a worker was still alive
# quick
import multiprocessing as mp


def measure(words, lengths):
    for word in iter(words.get, None):
        lengths.put((word, len(word)))


def measure_all(texts):
    words, lengths = mp.Queue(), mp.Queue()
    workers = [mp.Process(target=measure, args=(words, lengths), daemon=True) for _ in range(2)]
    for worker in workers:
        worker.start()
    for word in texts:
        words.put(word)
    words.put(None)
    return dict(lengths.get() for _ in texts)
