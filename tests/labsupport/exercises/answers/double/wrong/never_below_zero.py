# reason: ^double\(-7\) returned 14, not -14\.$
def double(number):
    return abs(2 * number)
