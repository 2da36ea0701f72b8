# reason: the first item is 'answer_\d+', and the process is named 'guest of fork'
# quick
import multiprocessing
import os


def introduce(box):
    box.put((__name__, os.getpid(), multiprocessing.parent_process().pid))
