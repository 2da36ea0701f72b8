# reason: never ends: a callback itself waits for a lock
# endless
import multiprocessing as mp
import threading


def measure(word):
    return word[0], len(word)


def total_lengths(words):
    totals = {}
    lock = threading.Lock()

    def add(measured):
        letter, length = measured
        lock.acquire()
        totals[letter] = totals.get(letter, 0) + length

    with mp.Pool(3) as pool:
        for word in words:
            pool.apply_async(measure, (word,), callback=add)
        pool.close()
        pool.join()
    return totals
