# reason: never ends|stands still|deadlock
# endless
import threading

lock = threading.Lock()


def pick(client, servers):
    with lock:
        return max(servers, key=lambda server: strength(client, server))


def strength(client, server):
    with lock:
        return len(client) * len(server)
