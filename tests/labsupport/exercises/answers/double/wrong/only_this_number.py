# reason: ^double\(0\) returned 6, not 0\.$
def double(number):
    return 6
