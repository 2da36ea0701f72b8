"""Logs, numbers, hooks and the status screen. Without them nothing is measured.

- ``observers``: the events
- ``journal``, ``xferlog``: logs; ``hooks``: commands of the administrator
- ``counters``: numbers, which several processes can share; ``metrics``: the same for Prometheus
- ``snapshot``: the sessions as plain values; ``status``: the screen that shows them
- ``observability``: starts what the options ask for
"""
