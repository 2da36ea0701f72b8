# reason: ^double computes without end at the line
# endless
def double(number):
    result = 0
    while result != 2 * number:
        result += 1
    return result
