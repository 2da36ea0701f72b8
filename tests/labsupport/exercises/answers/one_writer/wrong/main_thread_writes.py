# reason: rows were written outside of a callback
# quick
import multiprocessing as mp
import sqlite3


def save_all(task, numbers, database):
    with mp.Pool(3) as pool:
        rows = pool.map(task, numbers)
    connection = sqlite3.connect(database)
    with connection:
        connection.executemany("INSERT INTO squares VALUES (?, ?)", rows)
    connection.close()
