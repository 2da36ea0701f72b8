# reason: run_all returned the processes
import multiprocessing


def run_all(work, numbers):
    children = [multiprocessing.Process(target=work, args=(n,)) for n in numbers]
    for child in children:
        child.start()
    for child in children:
        child.join()
    return children
