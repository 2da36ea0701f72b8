# reason: (?s)orders fail.*The end is wrong
def transfer(state, source, target, amount):
    locks = state["locks"]
    with (yield locks[source]):
        yield "read source"
        left = state[source]
    with (yield locks[source]):
        yield "write source"
        state[source] = left - amount
    with (yield locks[target]):
        yield "read target"
        right = state[target]
    with (yield locks[target]):
        yield "write target"
        state[target] = right + amount
