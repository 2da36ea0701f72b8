# reason: ^double returned None\.$
def double(number):
    number * 2
