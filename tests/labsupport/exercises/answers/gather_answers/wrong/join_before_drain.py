# reason: never ends: join before the queue was emptied
import multiprocessing as mp


def work(task, n, answers):
    answers.put((n, task(n)))


def gather(task, numbers):
    answers = mp.Queue()
    children = [mp.Process(target=work, args=(task, n, answers)) for n in numbers]
    for child in children:
        child.start()
    for child in children:
        child.join()
    return dict(answers.get() for _ in numbers)
