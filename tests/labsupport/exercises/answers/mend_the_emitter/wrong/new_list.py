# reason: heard the next event as well
def emit(handlers, value):
    handlers = [handler for handler in list(handlers) if handler(value) != "done"]
