# reason: task ran in the process that called gather
def gather(task, numbers):
    return {n: task(n) for n in numbers}
