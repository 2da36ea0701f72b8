# reason: ^double returned None\.$
def double(number):
    print(2 * number)
