# reason: a task could not be sent to a worker \(.*<lambda>
# quick
import multiprocessing as mp


def total_lengths(words):
    totals = {}

    def add(measured):
        letter, length = measured
        totals[letter] = totals.get(letter, 0) + length

    with mp.Pool(3) as pool:
        for word in words:
            pool.apply_async(lambda word: (word[0], len(word)), (word,), callback=add)
        pool.close()
        pool.join()
    return totals
