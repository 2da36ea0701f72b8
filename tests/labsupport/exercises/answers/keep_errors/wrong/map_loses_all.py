# reason: the error of one task .* came out
# ruff: noqa: B905
import multiprocessing as mp


def run_all(task, numbers):
    with mp.Pool(3) as pool:
        return dict(zip(numbers, pool.map(task, numbers))), {}
