# reason: the steps came in the order
# quick
from collections import deque

from greenlet import getcurrent, greenlet


def take_turns(functions):
    home = getcurrent()
    ready = deque(greenlet(function) for function in functions)
    while ready:
        current = ready.pop()
        current.switch(home.switch)
        if not current.dead:
            ready.appendleft(current)
