# reason: an update was lost
import multiprocessing as mp


def work(task, part, total):
    weight = task(part)
    total["all"] += weight


def add_up(task, parts):
    manager = mp.Manager()
    total = manager.dict({"all": 0})
    workers = [mp.Process(target=work, args=(task, part, total)) for part in parts]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return total["all"]
