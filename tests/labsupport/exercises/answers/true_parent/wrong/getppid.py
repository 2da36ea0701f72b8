# reason: under forkserver, the third item is not the id of the process that wanted the child
import multiprocessing
import os


def introduce(box):
    box.put((multiprocessing.current_process().name, os.getpid(), os.getppid()))
