# reason: [Cc]an't (pickle|get local object) .*<lambda>.* came out of visit_all
# quick
import multiprocessing as mp


def visit(task, n, gate, results):
    with gate:
        results[n] = task(n)


def visit_all(task, numbers, limit):
    with mp.Manager() as manager:
        gate, results = mp.Semaphore(limit), manager.dict()
        visitor = mp.Process(target=lambda: [visit(task, n, gate, results) for n in numbers])
        visitor.start()
        visitor.join()
        return dict(results)
