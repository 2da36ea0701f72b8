# reason: heard the next event as well
def emit(handlers, value):
    for handler in list(handlers):
        handler(value)
