# reason: never ends: more is taken out of a queue than is put in
# endless
# ruff: noqa: B905
import multiprocessing as mp
import queue


def run_all(task, numbers):
    arrived = queue.Queue()
    with mp.Pool(3) as pool:
        for n in numbers:
            pool.apply_async(task, (n,), callback=arrived.put)
        values = [arrived.get() for _ in numbers]
    return dict(zip(numbers, values)), {}
