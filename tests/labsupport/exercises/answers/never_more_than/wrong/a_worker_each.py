# reason: [4-8] tasks ran at once, and the limit was 3
import multiprocessing as mp


def run_limited(task, numbers, limit):
    with mp.Pool(len(numbers)) as pool:
        return pool.map(task, numbers, chunksize=1)
