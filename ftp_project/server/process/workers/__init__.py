"""Several processes that share the clients: ``--workers N``.

The parent listens, forks the workers (lesson 02) and hands each client to the one that has fewest.
Each worker is a whole server, with a loop of its own, that knows nothing of others.

- ``channel``: between parent and worker: clients, orders, the end
- ``shared``: what all know: the limits' numbers (lesson 04), and what each has counted
- ``worker_process``: the child's side: a server whose listener is a channel
- ``pool``: the workers as their parent sees them: forked, chosen, ended, replaced
- ``supervisor``: the parent: listeners, signals, a new loop after each fork

The parent forks only while it has no loop, no selector and no thread: a child that shared an
epoll object with it would take the other's events.
"""

from ftp_project.server.process.workers.supervisor import supervise

__all__ = ["supervise"]
