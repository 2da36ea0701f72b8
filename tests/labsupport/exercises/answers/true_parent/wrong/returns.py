# reason: under fork, the child put nothing into the box
# quick
import multiprocessing
import os


def introduce(box):
    me, parent = multiprocessing.current_process(), multiprocessing.parent_process()
    return me.name, os.getpid(), parent.pid
