# reason: run_all returned \[-15, -15, -15, -15\]|run_all returned \[
# quick
import multiprocessing


def run_all(work, numbers):
    children = [multiprocessing.Process(target=work, args=(n,)) for n in numbers]
    for child in children:
        child.start()
    for child in children:
        child.terminate()
        child.join()
    return [child.exitcode for child in children]
