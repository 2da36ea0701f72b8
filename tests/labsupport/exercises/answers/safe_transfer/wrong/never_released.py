# reason: Nobody can go on: B waits for lock of x
def transfer(state, source, target, amount):
    yield state["locks"]["x"]
    yield state["locks"]["y"]
    yield "read source"
    left = state[source]
    yield "write source"
    state[source] = left - amount
    yield "read target"
    right = state[target]
    yield "write target"
    state[target] = right + amount
