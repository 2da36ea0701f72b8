# reason: for 3 words measure_all returned|0 processes were started
def measure_all(texts):
    return {word: len(word) for word in texts}
