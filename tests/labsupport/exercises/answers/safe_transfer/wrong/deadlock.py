# reason: Nobody can go on: A holds lock of x and waits for lock of y; B holds lock of y
# quick
# endless
def transfer(state, source, target, amount):
    locks = state["locks"]
    with (yield locks[source]), (yield locks[target]):
        yield "read source"
        left = state[source]
        yield "write source"
        state[source] = left - amount
        yield "read target"
        right = state[target]
        yield "write target"
        state[target] = right + amount
