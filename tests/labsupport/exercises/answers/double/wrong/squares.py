# reason: ^double\(3\) returned 9, not 6\.$
def double(number):
    return number**2
