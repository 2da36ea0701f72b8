# reason: never ends: lock is taken a second time
# endless
import multiprocessing as mp


def work(task, part, total, lock):
    weight = task(part)
    with lock:
        add(total, weight, lock)


def add(total, weight, lock):
    with lock:
        total.value += weight


def add_up(task, parts):
    total = mp.Value("i", 0)
    lock = mp.Lock()
    workers = [mp.Process(target=work, args=(task, part, total, lock)) for part in parts]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return total.value
