# reason: the index is empty
# quick
import multiprocessing as mp


def note_words(text, index):
    for word in text.split():
        index[word[0]].append(word)


def build_index(texts):
    index = {letter: [] for letter in "abc"}
    writers = [mp.Process(target=note_words, args=(text, index)) for text in texts]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    return index
