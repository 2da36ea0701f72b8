# reason: ^double takes \(number, factor\), not \(number\)\.$
# quick
def double(number, factor=2):
    return factor * number
