# reason: all exit codes are there, but not in the order
# quick
import multiprocessing


def run_all(work, numbers):
    children = [multiprocessing.Process(target=work, args=(n,)) for n in numbers]
    for child in children:
        child.start()
    for child in children:
        child.join()
    return sorted(child.exitcode for child in children)
