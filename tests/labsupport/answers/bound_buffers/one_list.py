# reason: TypeError: interests returned list, not two lists
def interests(listener, buffers, enough):
    return [listener, *buffers]
