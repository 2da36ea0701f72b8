# reason: never more than 1 child ran at once, and there are 4 numbers
import multiprocessing


def run_all(work, numbers):
    codes = []
    for n in numbers:
        child = multiprocessing.Process(target=work, args=(n,))
        child.start()
        child.join()
        codes.append(child.exitcode)
    return codes
