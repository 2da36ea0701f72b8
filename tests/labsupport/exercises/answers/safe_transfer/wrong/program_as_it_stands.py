# reason: (?s)^56 of 70 orders fail.*The end is wrong: x = 75, y = 120$
# quick
# program: stub
