# reason: 4 of 4 exit codes were None
# quick
import multiprocessing


def run_all(work, numbers):
    children = [multiprocessing.Process(target=work, args=(n,)) for n in numbers]
    for child in children:
        child.start()
    return [child.exitcode for child in children]
