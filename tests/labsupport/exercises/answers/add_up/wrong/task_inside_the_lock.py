# reason: never more than 1 task ran at once
import multiprocessing as mp


def work(task, part, total):
    with total.get_lock():
        total.value += task(part)


def add_up(task, parts):
    total = mp.Value("i", 0)
    workers = [mp.Process(target=work, args=(task, part, total)) for part in parts]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return total.value
