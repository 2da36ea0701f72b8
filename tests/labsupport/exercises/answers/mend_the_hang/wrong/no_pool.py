# reason: no worker process did the measuring
# quick


def measure(word):
    return word[0], len(word)


def total_lengths(words):
    totals = {}
    for word in words:
        letter, length = measure(word)
        totals[letter] = totals.get(letter, 0) + length
    return totals
