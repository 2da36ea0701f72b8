# reason: work was called in your own process, and it ended that
import multiprocessing


def run_all(work, numbers):
    children = [multiprocessing.Process(target=work(n)) for n in numbers]
    for child in children:
        child.start()
    for child in children:
        child.join()
    return [child.exitcode for child in children]
