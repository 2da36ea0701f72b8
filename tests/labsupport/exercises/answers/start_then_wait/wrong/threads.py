# reason: AttributeError: 'Thread' object has no attribute 'exitcode'
# quick
import threading


def run_all(work, numbers):
    children = [threading.Thread(target=work, args=(n,)) for n in numbers]
    for child in children:
        child.start()
    for child in children:
        child.join()
    return [child.exitcode for child in children]
