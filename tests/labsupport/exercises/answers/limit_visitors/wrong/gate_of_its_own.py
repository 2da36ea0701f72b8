# reason: [456] tasks ran at once, and the limit was 3
# quick
import multiprocessing as mp


def visit(task, n, limit, results):
    with mp.Semaphore(limit):
        results[n] = task(n)


def visit_all(task, numbers, limit):
    with mp.Manager() as manager:
        results = manager.dict()
        visitors = [mp.Process(target=visit, args=(task, n, limit, results)) for n in numbers]
        for visitor in visitors:
            visitor.start()
        for visitor in visitors:
            visitor.join()
        return dict(results)
