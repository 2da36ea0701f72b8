# reason: holds others
def emit(handlers, value):
    for handler in list(handlers):
        handler(value)
        handlers.remove(handler)
