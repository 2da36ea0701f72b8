# reason: never ends: every worker is idle, yet a result is still missing
# quick
import multiprocessing as mp
import os


def measure(word):
    os._exit(1)


def total_lengths(words):
    with mp.Pool(3) as pool:
        return dict(pool.map(measure, words))
