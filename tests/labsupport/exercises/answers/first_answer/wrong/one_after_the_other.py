# reason: only 1 of 3 tasks ran at once


def first_answer(tasks, seconds):
    for task in tasks:
        answer = task()
        if answer is not None:
            return answer
    return None
