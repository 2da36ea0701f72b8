# reason: ran in the greenlet that called take_turns


def take_turns(functions):
    for function in functions:
        function(lambda: None)
