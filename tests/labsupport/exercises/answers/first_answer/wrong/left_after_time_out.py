# reason: has returned, and 2 tasks are still under way
import gevent
from gevent.queue import Empty, Queue


def first_answer(tasks, seconds):
    answers = Queue()
    running = [gevent.spawn(lambda task=task: answers.put(task())) for task in tasks]
    try:
        found = answers.get(timeout=seconds)
    except Empty:
        return None
    gevent.killall(running)
    return found
