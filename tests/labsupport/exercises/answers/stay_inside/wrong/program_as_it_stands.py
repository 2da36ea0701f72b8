# reason: ^a user in /songs asked for '/poem', and got None
# quick
# program: stub
