# reason: 3 of 4 files are missing; the folder holds only the last one: bakery\.html\.$
# quick
# program: stub
