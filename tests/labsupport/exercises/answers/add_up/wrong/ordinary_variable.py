# reason: the total is 0
# quick
import multiprocessing as mp

total = 0


def work(task, part):
    global total
    total += task(part)


def add_up(task, parts):
    workers = [mp.Process(target=work, args=(task, part)) for part in parts]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return total
