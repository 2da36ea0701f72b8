# reason: the dict that came back is empty
# quick
import multiprocessing as mp


def work(task, n, found):
    found[n] = task(n)


def gather(task, numbers):
    found = {}
    children = [mp.Process(target=work, args=(task, n, found)) for n in numbers]
    for child in children:
        child.start()
    for child in children:
        child.join()
    return found
