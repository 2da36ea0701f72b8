# reason: ^measure_all never ends: more is taken out of a queue than is put in
# reason: your function: waits for a child process to end
# reason: child: waits for something to arrive in a queue
# endless
# program: stub
