# reason: [1-3] of 4 exit codes were None
import multiprocessing


def run_all(work, numbers):
    children = [multiprocessing.Process(target=work, args=(n,)) for n in numbers]
    for child in children:
        child.start()
    children[-1].join()
    return [child.exitcode for child in children]
