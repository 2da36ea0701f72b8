# reason: the two stages never worked at the same time
# quick
import multiprocessing as mp


def stage(action, inbox, outbox):
    outbox.put([action(thing) for thing in inbox.get()])


def run_stages(cook, serve, numbers):
    raw, cooked, served = mp.Queue(), mp.Queue(), mp.Queue()
    mp.Process(target=stage, args=(cook, raw, cooked)).start()
    mp.Process(target=stage, args=(serve, cooked, served)).start()
    raw.put(numbers)
    return served.get()
