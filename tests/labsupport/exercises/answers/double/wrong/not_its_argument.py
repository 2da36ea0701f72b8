# reason: ^NameError: name 'factor' is not defined came out of double\. Line 2 of
# quick
def double(number):
    return factor * number  # noqa: F821
