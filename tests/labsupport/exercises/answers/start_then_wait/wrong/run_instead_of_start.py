# reason: work was called in your own process
import multiprocessing


def run_all(work, numbers):
    children = [multiprocessing.Process(target=work, args=(n,)) for n in numbers]
    for child in children:
        child.run()
    return [child.exitcode for child in children]
