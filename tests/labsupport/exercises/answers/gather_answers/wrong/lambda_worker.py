# reason: [Cc]an't (pickle|get local object) .*<lambda>.* came out of gather
# quick
import multiprocessing as mp


def gather(task, numbers):
    answers = mp.Queue()
    for n in numbers:
        mp.Process(target=lambda n=n: answers.put((n, task(n)))).start()
    return dict(answers.get() for _ in numbers)
