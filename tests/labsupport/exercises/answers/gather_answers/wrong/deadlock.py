# reason: never ends: lock is taken a second time
# endless
import multiprocessing as mp


def work(task, n, answers):
    answers.put((n, task(n)))


def gather(task, numbers):
    answers, lock = mp.Queue(), mp.Lock()
    children = [mp.Process(target=work, args=(task, n, answers)) for n in numbers]
    with lock:
        for child in children:
            child.start()
        found = dict(answers.get() for _ in numbers)
        with lock:
            return found
