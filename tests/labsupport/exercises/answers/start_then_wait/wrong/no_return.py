# reason: run_all returned None
import multiprocessing


def run_all(work, numbers):
    children = [multiprocessing.Process(target=work, args=(n,)) for n in numbers]
    for child in children:
        child.start()
    for child in children:
        child.join()
