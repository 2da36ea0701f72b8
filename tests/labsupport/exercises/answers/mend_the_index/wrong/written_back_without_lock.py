# reason: ^4 of 8 words are lost
import multiprocessing as mp


def note_words(text, index):
    for word in text.split():
        index[word[0]] = [*index[word[0]], word]


def build_index(texts):
    with mp.Manager() as manager:
        index = manager.dict({letter: [] for letter in "abc"})
        writers = [mp.Process(target=note_words, args=(text, index)) for text in texts]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        return {letter: sorted(words) for letter, words in index.items()}
