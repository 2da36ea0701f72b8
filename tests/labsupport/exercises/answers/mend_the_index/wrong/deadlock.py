# reason: never ends: lock is (held|taken)
# endless
import multiprocessing as mp


def note_words(text, index, lock):
    for word in text.split():
        lock.acquire()
        index[word[0]] = [*index[word[0]], word]


def build_index(texts):
    with mp.Manager() as manager:
        index = manager.dict({letter: [] for letter in "abc"})
        lock = mp.Lock()
        writers = [mp.Process(target=note_words, args=(text, index, lock)) for text in texts]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        return {letter: sorted(words) for letter, words in index.items()}
