# reason: (?s)orders fail.*The end is wrong
def transfer(state, source, target, amount):
    with (yield state["locks"]["x"]), (yield state["locks"]["y"]):
        yield "read source"
        left = state[source]
        yield "write source"
        state[source] = left - amount
        yield "read target"
        right = state[target]
        yield "write target"
        state[target] = right - amount
