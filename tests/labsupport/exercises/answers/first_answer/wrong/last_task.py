# reason: first answer was 'quick', not|went on waiting|returned None
import gevent


def first_answer(tasks, seconds):
    running = [gevent.spawn(task) for task in tasks]
    gevent.joinall(running, timeout=1)
    value = running[-1].value
    gevent.killall(running)
    return value
