# reason: ^double\(3\) returned '6', not 6\.$
# quick
def double(number):
    return str(2 * number)
