# reason: never ends: more is taken out of a queue than is put in
# endless
import multiprocessing
import os


def introduce(box):
    me, parent = multiprocessing.current_process(), multiprocessing.parent_process()
    box.get()
    box.put((me.name, os.getpid(), parent.pid))
