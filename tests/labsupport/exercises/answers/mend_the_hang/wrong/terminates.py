# reason: returned \{\}
# quick
import multiprocessing as mp
import time


def measure(word):
    time.sleep(0.5)  # so that no result can come before the pool is ended
    return word[0], len(word)


def total_lengths(words):
    totals = {}

    def add(measured):
        letter, length = measured
        totals[letter] = totals.get(letter, 0) + length

    with mp.Pool(3) as pool:
        for word in words:
            pool.apply_async(measure, (word,), callback=add)
        pool.terminate()
    return totals
