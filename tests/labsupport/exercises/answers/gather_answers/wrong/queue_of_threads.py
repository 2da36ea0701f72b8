# reason: belongs to threads
# quick
import multiprocessing as mp
import queue


def work(task, n, answers):
    answers.put((n, task(n)))


def gather(task, numbers):
    answers = queue.Queue()
    children = [mp.Process(target=work, args=(task, n, answers)) for n in numbers]
    for child in children:
        child.start()
    return dict(answers.get() for _ in numbers)
