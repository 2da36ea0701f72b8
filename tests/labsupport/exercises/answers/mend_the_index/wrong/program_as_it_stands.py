# reason: ^the index is empty: no word came back
# quick
# program: stub
