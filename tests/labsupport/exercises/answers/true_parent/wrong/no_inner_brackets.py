# reason: under fork, the child ended with exit code 1
# quick
import multiprocessing
import os


def introduce(box):
    me, parent = multiprocessing.current_process(), multiprocessing.parent_process()
    box.put(me.name, os.getpid(), parent.pid)
