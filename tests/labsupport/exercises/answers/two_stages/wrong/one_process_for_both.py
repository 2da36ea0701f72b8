# reason: cook and serve ran in the same process
import multiprocessing as mp


def work(cook, serve, numbers, served):
    for number in numbers:
        served.put(serve(cook(number)))


def run_stages(cook, serve, numbers):
    served = mp.Queue()
    mp.Process(target=work, args=(cook, serve, numbers, served)).start()
    return [served.get() for _ in numbers]
