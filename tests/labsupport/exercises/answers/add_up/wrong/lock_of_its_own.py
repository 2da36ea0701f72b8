# reason: an update was lost
import multiprocessing as mp


def work(task, part, total):
    weight = task(part)
    with mp.Lock():
        total.value += weight


def add_up(task, parts):
    total = mp.Value("i", 0)
    workers = [mp.Process(target=work, args=(task, part, total)) for part in parts]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return total.value
