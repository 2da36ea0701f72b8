# reason: RecursionError: maximum recursion depth
# quick
def double(number):
    return double(number)
