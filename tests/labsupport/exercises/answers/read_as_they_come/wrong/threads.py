# reason: thread other than yours
import threading


def read_as_they_come(connections):
    arrived = []

    def read(number, each):
        arrived.append((number, each.recv(1024)))

    threads = [threading.Thread(target=read, args=pair) for pair in enumerate(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return arrived
