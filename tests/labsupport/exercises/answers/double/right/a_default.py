def double(number, *, factor=2):
    return number * factor
