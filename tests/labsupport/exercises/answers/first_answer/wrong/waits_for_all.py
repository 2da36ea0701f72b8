# reason: went on waiting for the others
import gevent
from gevent.queue import Queue


def first_answer(tasks, seconds):
    answers = Queue()
    running = [gevent.spawn(lambda task=task: answers.put(task())) for task in tasks]
    gevent.joinall(running)
    return answers.get()
