# reason: some functions shared a greenlet
# quick

from greenlet import getcurrent, greenlet


def take_turns(functions):
    def all_of_them(pause):
        for function in functions:
            function(pause)

    home = getcurrent()
    one = greenlet(all_of_them)
    while not one.dead:
        one.switch(home.switch)
