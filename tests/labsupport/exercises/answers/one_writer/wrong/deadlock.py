# reason: never ends: a callback itself waits for a lock
# endless
import multiprocessing as mp
import sqlite3
import threading


def save_all(task, numbers, database):
    lock = threading.Lock()

    def save(row):
        with lock:
            connection = sqlite3.connect(database)
            with connection:
                connection.execute("INSERT INTO squares VALUES (?, ?)", row)
            connection.close()

    with lock, mp.Pool(3) as pool:
        for n in numbers:
            pool.apply_async(task, (n,), callback=save)
        pool.close()
        pool.join()
