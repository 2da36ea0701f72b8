# reason: under fork, the second item is not the child's own process id
# quick
import multiprocessing
import os


def introduce(box):
    me, parent = multiprocessing.current_process(), multiprocessing.parent_process()
    box.put((me.name, parent.pid, os.getpid()))
