# reason: under fork, the box held a str, not a tuple of three
import multiprocessing
import os


def introduce(box):
    box.put(multiprocessing.current_process().name)
    box.put(os.getpid())
    box.put(multiprocessing.parent_process().pid)
