# reason: for 3 words measure_all returned|0 processes were started
# quick
def measure_all(texts):
    return {word: len(word) for word in texts}
