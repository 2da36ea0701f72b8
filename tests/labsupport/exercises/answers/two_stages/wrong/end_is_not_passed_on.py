# reason: never ends: more is taken out of a queue than is put in
import multiprocessing as mp


def stage(action, inbox, outbox):
    for thing in iter(inbox.get, None):
        outbox.put(action(thing))


def run_stages(cook, serve, numbers):
    raw, cooked, served = mp.Queue(), mp.Queue(), mp.Queue()
    mp.Process(target=stage, args=(cook, raw, cooked)).start()
    mp.Process(target=stage, args=(serve, cooked, served)).start()
    for number in [*numbers, None]:
        raw.put(number)
    return list(iter(served.get, None))
