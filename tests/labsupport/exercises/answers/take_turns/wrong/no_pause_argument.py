# reason: a function was called without its argument `pause`
# quick

from greenlet import greenlet


def take_turns(functions):
    for function in functions:
        greenlet(function).switch()
