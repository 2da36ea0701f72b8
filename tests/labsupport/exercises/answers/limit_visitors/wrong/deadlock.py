# reason: never ends: gate is taken a second time
# endless
import multiprocessing as mp


def visit(task, n, gate, results):
    with gate:
        go_in(task, n, gate, results)


def go_in(task, n, gate, results):
    with gate:
        results[n] = task(n)


def visit_all(task, numbers, limit):
    with mp.Manager() as manager:
        gate, results = mp.Lock(), manager.dict()
        visitors = [mp.Process(target=visit, args=(task, n, gate, results)) for n in numbers]
        for visitor in visitors:
            visitor.start()
        for visitor in visitors:
            visitor.join()
        return dict(results)
