# reason: never ends, because a callback raised TypeError
import multiprocessing as mp


def measure(word):
    return word[0], len(word)


def total_lengths(words):
    totals = {}

    def add(measured):
        letter, length = measured
        totals[letter] = totals.get(letter) + length

    with mp.Pool(3) as pool:
        for word in words:
            pool.apply_async(measure, (word,), callback=add)
        pool.close()
        pool.join()
    return totals
