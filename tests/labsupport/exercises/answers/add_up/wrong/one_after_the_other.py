# reason: never more than 1 task ran at once
import multiprocessing as mp


def work(task, part, total):
    weight = task(part)
    with total.get_lock():
        total.value += weight


def add_up(task, parts):
    total = mp.Value("i", 0)
    for part in parts:
        worker = mp.Process(target=work, args=(task, part, total))
        worker.start()
        worker.join()
    return total.value
