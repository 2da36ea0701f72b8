# reason: nobody answered in time, and Empty came out
# quick
import gevent
from gevent.queue import Queue


def first_answer(tasks, seconds):
    answers = Queue()
    running = [gevent.spawn(lambda task=task: answers.put(task())) for task in tasks]
    try:
        return answers.get(timeout=seconds)
    finally:
        gevent.killall(running)
