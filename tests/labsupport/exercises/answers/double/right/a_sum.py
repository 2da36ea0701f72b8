# quick
def double(number):
    return sum([number] * 2)
