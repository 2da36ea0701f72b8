# reason: still waiting after 2
import gevent
from gevent.queue import Empty, Queue


def first_answer(tasks, seconds):
    answers = Queue()
    running = [gevent.spawn(lambda task=task: answers.put(task())) for task in tasks]
    try:
        return answers.get()
    except Empty:
        return None
    finally:
        gevent.killall(running)
