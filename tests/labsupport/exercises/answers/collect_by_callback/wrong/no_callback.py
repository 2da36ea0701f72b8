# reason: they did not come through a callback
import multiprocessing as mp


def collect(task, numbers):
    with mp.Pool(3) as pool:
        return pool.map(task, numbers)
