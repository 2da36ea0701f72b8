# reason: [Cc]an't (pickle|get local object) .*<lambda>.* came out of build_index
# quick
import multiprocessing as mp


def note_words(text, index):
    for word in text.split():
        index[word[0]].append(word)


def build_index(texts):
    with mp.Manager() as manager:
        index = manager.dict({letter: [] for letter in "abc"})
        writer = mp.Process(target=lambda: [note_words(text, index) for text in texts])
        writer.start()
        writer.join()
        return {letter: sorted(words) for letter, words in index.items()}
