# reason: the total while processes were still at work
import multiprocessing as mp


def work(task, part, total):
    weight = task(part)
    with total.get_lock():
        total.value += weight


def add_up(task, parts):
    total = mp.Value("i", 0)
    for part in parts:
        mp.Process(target=work, args=(task, part, total)).start()
    return total.value
