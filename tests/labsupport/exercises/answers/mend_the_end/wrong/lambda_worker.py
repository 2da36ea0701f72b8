# reason: [Cc]an't (pickle|get local object) .*<lambda>.* came out of measure_all
# quick
import multiprocessing as mp


def measure(words, lengths):
    for word in iter(words.get, None):
        lengths.put((word, len(word)))


def measure_all(texts):
    words, lengths = mp.Queue(), mp.Queue()
    workers = [
        mp.Process(target=lambda w, g: measure(w, g), args=(words, lengths)) for _ in range(2)
    ]
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
