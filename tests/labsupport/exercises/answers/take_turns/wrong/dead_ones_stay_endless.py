# reason: take_turns computes without end
# endless
from collections import deque

from greenlet import getcurrent, greenlet


def take_turns(functions):
    home = getcurrent()
    ready = deque(greenlet(function) for function in functions)
    while ready:
        current = ready.popleft()
        current.switch(home.switch)
        ready.append(current)
