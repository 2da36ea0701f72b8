# reason: run_all returned \[1, 1, 1, 1\]
import multiprocessing


def run_all(work, numbers):
    children = [multiprocessing.Process(target=work, args=(n, numbers)) for n in numbers]
    for child in children:
        child.start()
    for child in children:
        child.join()
    return [child.exitcode for child in children]
