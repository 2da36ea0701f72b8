# reason: 2 processes cooked and 1 served
# quick
import multiprocessing as mp


def work(action, inbox, outbox, times):
    for _ in range(times):
        outbox.put(action(inbox.get()))


def run_stages(cook, serve, numbers):
    raw, cooked, served = mp.Queue(), mp.Queue(), mp.Queue()
    for number in numbers:
        raw.put(number)
    for _ in range(2):
        mp.Process(target=work, args=(cook, raw, cooked, len(numbers) // 2)).start()
    mp.Process(target=work, args=(serve, cooked, served, len(numbers))).start()
    return [served.get() for _ in numbers]
