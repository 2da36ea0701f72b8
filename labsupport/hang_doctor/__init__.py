"""Says what the processes of a stuck program wait for, why, and the usual cure.

``evidence`` collects what can be seen from outside, ``wait_kinds`` says what each thread waits for,
``rules`` knows the usual causes, ``monitor`` runs a program until it ends or hangs, and
``diagnosis`` puts these together.
"""
