# reason: no process was started
# quick
def build_index(texts):
    index = {letter: [] for letter in "abc"}
    for text in texts:
        for word in text.split():
            index[word[0]].append(word)
    return index
