# reason: it has no yield
def transfer(state, source, target, amount):
    state[source] -= amount
    state[target] += amount
