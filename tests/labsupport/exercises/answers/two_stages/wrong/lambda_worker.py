# reason: [Cc]an't (pickle|get local object) .*<lambda>.* came out of run_stages
# quick
import multiprocessing as mp


def stage(action, inbox, outbox):
    for thing in iter(inbox.get, None):
        outbox.put(action(thing))
    outbox.put(None)


def run_stages(cook, serve, numbers):
    raw, served = mp.Queue(), mp.Queue()
    mp.Process(target=stage, args=(lambda n: serve(cook(n)), raw, served)).start()
    for number in [*numbers, None]:
        raw.put(number)
    return list(iter(served.get, None))
