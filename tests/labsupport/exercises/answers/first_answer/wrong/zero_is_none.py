# reason: returned 0 in time, and first_answer returned None
# quick
import gevent
from gevent.queue import Empty, Queue


def first_answer(tasks, seconds):
    answers = Queue()
    running = [gevent.spawn(lambda task=task: answers.put(task())) for task in tasks]
    try:
        return answers.get(timeout=seconds) or None
    except Empty:
        return None
    finally:
        gevent.killall(running)
