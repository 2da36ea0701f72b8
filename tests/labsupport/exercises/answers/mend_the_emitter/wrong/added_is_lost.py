# reason: holds others
# quick
def emit(handlers, value):
    handlers[:] = [handler for handler in list(handlers) if handler(value) != "done"]
