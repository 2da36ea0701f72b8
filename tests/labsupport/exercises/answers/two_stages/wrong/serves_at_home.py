# reason: serve ran in the process that called run_stages
# quick
import multiprocessing as mp


def stage(action, inbox, outbox):
    for thing in iter(inbox.get, None):
        outbox.put(action(thing))
    outbox.put(None)


def run_stages(cook, serve, numbers):
    raw, cooked = mp.Queue(), mp.Queue()
    mp.Process(target=stage, args=(cook, raw, cooked)).start()
    for number in [*numbers, None]:
        raw.put(number)
    return [serve(dish) for dish in iter(cooked.get, None)]
