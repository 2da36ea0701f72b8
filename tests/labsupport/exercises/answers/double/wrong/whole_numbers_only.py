# reason: ^double\(2\.5\) returned 4, not 5\.0\.$
def double(number):
    return 2 * int(number)
