# reason: still under way
# quick
import gevent
from gevent.queue import Empty, Queue


def first_answer(tasks, seconds):
    answers = Queue()
    running = [gevent.spawn(lambda task=task: answers.put(task())) for task in tasks]
    try:
        return answers.get(timeout=seconds)
    except Empty:
        return None
    finally:
        gevent.killall(running, block=False)
