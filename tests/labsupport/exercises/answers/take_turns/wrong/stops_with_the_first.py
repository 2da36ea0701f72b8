# reason: only 2 of 3 functions were called
# quick
from collections import deque

from greenlet import getcurrent, greenlet


def take_turns(functions):
    home = getcurrent()
    ready = deque(greenlet(function) for function in functions)
    while True:
        current = ready.popleft()
        current.switch(home.switch)
        if current.dead:
            break
        ready.append(current)
