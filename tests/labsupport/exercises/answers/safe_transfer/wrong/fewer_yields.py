# reason: these steps are gone: read target, write source, write target
# quick
def transfer(state, source, target, amount):
    yield "read source"
    state[source] -= amount
    state[target] += amount
