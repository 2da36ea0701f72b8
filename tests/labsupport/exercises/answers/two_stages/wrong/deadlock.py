# reason: never ends
# endless
import multiprocessing as mp


def work(action, inbox, outbox):
    while True:
        outbox.put(action(inbox.get()))


def run_stages(cook, serve, numbers):
    raw, cooked, served = mp.Queue(), mp.Queue(), mp.Queue()
    mp.Process(target=work, args=(cook, raw, cooked)).start()
    mp.Process(target=work, args=(serve, cooked, served)).start()
    return [served.get() for _ in numbers]
