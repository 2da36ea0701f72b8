# reason: ^a second client sent a message while the first was connected; no reply came
# reason: no reply came, then nothing more\.$
# program: stub
