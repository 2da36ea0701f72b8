# reason: never more than 1 task ran at once
import multiprocessing as mp


def work(task, n, answers):
    answers.put((n, task(n)))


def gather(task, numbers):
    answers, found = mp.Queue(), {}
    for n in numbers:
        child = mp.Process(target=work, args=(task, n, answers))
        child.start()
        number, answer = answers.get()
        found[number] = answer
        child.join()
    return found
