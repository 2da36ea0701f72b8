# reason: never more than 1 task ran at once


def run_limited(task, numbers, limit):
    return [task(n) for n in numbers]
