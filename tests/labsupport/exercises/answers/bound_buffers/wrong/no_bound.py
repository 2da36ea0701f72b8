# reason: never reads could send 24 MB
# quick
def interests(listener, buffers, enough):
    return [listener, *buffers], [c for c, waiting in buffers.items() if waiting]
