"""Several processes that share the clients: ``--workers N``.

The parent opens the door, forks the workers (lesson 02) and hands each client to the one that
has fewest. Each worker is a whole server, with a loop of its own, that knows nothing of others.

- `channel`: between parent and worker: clients, orders, the end
- `shared`: what all know: the limits' numbers (lesson 04), and what each has counted
- `worker`: the child's side: a server whose door is a channel
- `crew`: the workers that there are: forked, chosen, missed, replaced
- `supervisor`: the parent: the door, signals, a new loop for each new crew

The parent forks only while it has no loop, no selector and no thread: a child that shared an
epoll object with it would take the other's events.
"""

from ftp_project.server.process.workers.supervisor import supervise

__all__ = ["supervise"]
