# reason: ended the whole interpreter \(exit code 0\)
import multiprocessing as mp
import os


def collect(task, numbers):
    with mp.Pool(3) as pool:
        pool.map_async(task, numbers, callback=lambda values: os._exit(0))
        pool.close()
        pool.join()
