# reason: computes without end at the line `while not answer.ready
import multiprocessing as mp


def run_limited(task, numbers, limit):
    with mp.Pool(limit) as pool:
        answer = pool.map_async(task, numbers)
        while not answer.ready() or limit:
            pass
        return answer.get()
