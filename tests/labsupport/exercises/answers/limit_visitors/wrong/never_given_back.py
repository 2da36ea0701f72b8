# reason: never ends: gate is held and nobody will release it
import multiprocessing as mp


def visit(task, n, gate, results):
    gate.acquire()
    results[n] = task(n)


def visit_all(task, numbers, limit):
    with mp.Manager() as manager:
        gate, results = mp.Semaphore(limit), manager.dict()
        visitors = [mp.Process(target=visit, args=(task, n, gate, results)) for n in numbers]
        for visitor in visitors:
            visitor.start()
        for visitor in visitors:
            visitor.join()
        return dict(results)
