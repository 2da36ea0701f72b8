# reason: visit_all returned \{\}
# quick
import multiprocessing as mp


def visit(task, n, gate, results):
    with gate:
        results[n] = task(n)


def visit_all(task, numbers, limit):
    with mp.Manager():
        gate, results = mp.Semaphore(limit), {}
        visitors = [mp.Process(target=visit, args=(task, n, gate, results)) for n in numbers]
        for visitor in visitors:
            visitor.start()
        for visitor in visitors:
            visitor.join()
        return dict(results)
