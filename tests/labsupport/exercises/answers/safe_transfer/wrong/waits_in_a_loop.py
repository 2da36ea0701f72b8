# reason: a schedule has more than 200 steps
# quick


def transfer(state, source, target, amount):
    yield "begin"
    for name in "xy":
        while not state["locks"][name].is_free():
            yield "look"
    with (yield state["locks"]["x"]), (yield state["locks"]["y"]):
        yield "read source"
        left = state[source]
        yield "write source"
        state[source] = left - amount
        yield "read target"
        right = state[target]
        yield "write target"
        state[target] = right + amount
