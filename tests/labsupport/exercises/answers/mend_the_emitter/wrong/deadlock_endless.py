# reason: without end
# endless
def emit(handlers, value):
    while handlers:
        if handlers[0](value) == "done":
            handlers.pop(0)
