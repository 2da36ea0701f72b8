# reason: first_answer never ends|first_answer computes|was not done
# quick
# endless
import gevent


def first_answer(tasks, seconds):
    import queue

    answers = queue.Queue()
    running = [gevent.spawn(lambda task=task: answers.put(task())) for task in tasks]
    found = answers.get()
    gevent.killall(running)
    return found
