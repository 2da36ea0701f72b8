# reason: the first item is 'MainProcess'
import multiprocessing
import os


def introduce(box):
    parent = multiprocessing.parent_process()
    box.put((parent.name, os.getpid(), parent.pid))
