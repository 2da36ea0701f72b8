# reason: 2 of 3 functions never came to their end

from greenlet import getcurrent, greenlet


def take_turns(functions):
    home = getcurrent()
    for function in functions:
        greenlet(function).switch(home.switch)
