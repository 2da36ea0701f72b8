# reason: never ends: join before the queue was emptied
import multiprocessing as mp


def stage(action, inbox, outbox):
    for thing in iter(inbox.get, None):
        outbox.put(action(thing))
    outbox.put(None)


def run_stages(cook, serve, numbers):
    raw, cooked, served = mp.Queue(), mp.Queue(), mp.Queue()
    stages = [
        mp.Process(target=stage, args=(cook, raw, cooked)),
        mp.Process(target=stage, args=(serve, cooked, served)),
    ]
    for process in stages:
        process.start()
    for number in [*numbers, None]:
        raw.put(number)
    for process in stages:
        process.join()
    return list(iter(served.get, None))
