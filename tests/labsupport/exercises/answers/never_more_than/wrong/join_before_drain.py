# reason: never ends: join before the queue was emptied
import multiprocessing as mp


def work(task, numbers, queue):
    for n in numbers:
        queue.put((n, task(n), " " * 100_000))


def run_limited(task, numbers, limit):
    queue = mp.Queue()
    workers = [mp.Process(target=work, args=(task, numbers[i::limit], queue)) for i in range(limit)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    found = {n: value for n, value, _ in (queue.get() for _ in numbers)}
    return [found[n] for n in numbers]
