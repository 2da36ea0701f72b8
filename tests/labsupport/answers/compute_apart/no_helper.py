# reason: the tasks ran in your own process
def compute_all(task, numbers, workers):
    return [task(n) for n in numbers]
