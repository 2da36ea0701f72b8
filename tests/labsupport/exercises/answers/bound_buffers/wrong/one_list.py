# reason: TypeError: interests returned list, not two lists
# quick
def interests(listener, buffers, enough):
    return [listener, *buffers]
