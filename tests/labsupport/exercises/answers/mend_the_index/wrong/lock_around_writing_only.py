# reason: ^4 of 8 words are lost
import multiprocessing as mp


def note_words(text, index, lock):
    for word in text.split():
        words = [*index[word[0]], word]
        with lock:
            index[word[0]] = words


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
