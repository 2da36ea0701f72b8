# reason: 6 tasks ran in 3 processes
# quick
import multiprocessing as mp


def visit_all(task, numbers, limit):
    with mp.Pool(limit) as pool:
        return dict(zip(numbers, pool.map(task, numbers, chunksize=1), strict=True))
