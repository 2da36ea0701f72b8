# reason: the answer for 7 is '[294]:x+
import multiprocessing as mp


def work(task, n, answers):
    answers.put(task(n))


def gather(task, numbers):
    answers = mp.Queue()
    children = [mp.Process(target=work, args=(task, n, answers)) for n in numbers]
    for child in children:
        child.start()
    return {n: answers.get() for n in numbers}
