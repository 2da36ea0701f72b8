# reason: never ends
# endless
import multiprocessing


def gate_first(gate, work, n):
    gate.wait()
    work(n)


def run_all(work, numbers):
    gate = multiprocessing.Barrier(len(numbers) + 1)
    children = [multiprocessing.Process(target=gate_first, args=(gate, work, n)) for n in numbers]
    for child in children:
        child.start()
    for child in children:
        child.join()
    return [child.exitcode for child in children]
