# reason: without yield a thread cannot wait
def transfer(state, source, target, amount):
    with state["locks"]["x"], state["locks"]["y"]:
        yield "read source"
        left = state[source]
        yield "write source"
        state[source] = left - amount
        yield "read target"
        right = state[target]
        yield "write target"
        state[target] = right + amount
