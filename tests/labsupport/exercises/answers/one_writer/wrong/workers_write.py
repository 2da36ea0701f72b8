# reason: worker process(es)? wrote to the database
import multiprocessing as mp
import sqlite3


def write(task, n, database):
    connection = sqlite3.connect(database, timeout=20)
    with connection:
        connection.execute("INSERT INTO squares VALUES (?, ?)", task(n))
    connection.close()


def save_all(task, numbers, database):
    with mp.Pool(3) as pool:
        pool.starmap(write, [(task, n, database) for n in numbers])
