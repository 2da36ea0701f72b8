from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from labsupport.exercises.quiz import decode, hash_answer, load, main, quiz

quizzes = import_module("labsupport.exercises.quiz")

PLAIN = """
[q1]
text = "One?"
answer = "b"
[q1.options]
a = "this"
b = "that"
[q1.feedback]
a = "no: \\"this\\""
b = "yes"
"""


def test_every_quiz_has_four_questions_each_with_one_right_option() -> None:
    for path in sorted(quizzes.FOLDER.glob("*.toml")):
        questions = load(path.stem)
        assert list(questions) == ["q1", "q2", "q3", "q4"]
        for name, question in questions.items():
            right = [
                letter
                for letter in question.options
                if hash_answer(path.stem, name, letter) == question.answer
            ]
            assert len(right) == 1
            assert len(question.options) >= 3
            assert all(decode(question.feedback[letter]) for letter in question.options)


def test_the_right_letters_are_not_all_the_same() -> None:
    for path in quizzes.FOLDER.glob("*.toml"):
        right = {
            letter
            for name, question in load(path.stem).items()
            for letter in question.options
            if hash_answer(path.stem, name, letter) == question.answer
        }
        assert len(right) >= 3


def test_questions_are_shown_as_markdown_and_as_text() -> None:
    shown = quiz("05")
    assert shown is not None
    assert shown._repr_markdown_().count("- **a** ") == 4
    assert repr(shown).startswith("q1  ")


def test_unanswered_questions_are_listed_without_feedback(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert quiz("05", q1="?", q2="?", q3="?", q4="?") is None
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "○ q1: no answer yet; choose one of a, b, c, d"
    assert lines[-1] == "0 of 4 right"


def test_answers_are_judged_with_the_feedback_of_the_option(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "77.toml"
    path.write_text(PLAIN, encoding="utf-8")
    assert main(["hash", str(path)]) == 0
    assert "yes" not in path.read_text(encoding="utf-8")
    again = path.read_text(encoding="utf-8")
    assert main(["hash", str(path)]) == 0
    assert path.read_text(encoding="utf-8") == again
    monkeypatch.setattr(quizzes, "FOLDER", tmp_path)
    quiz("77", q1="a")
    assert capsys.readouterr().out == '✘ q1: no: "this"\n0 of 1 right\n'
    quiz("77", q1=" B")
    assert capsys.readouterr().out == "✔ q1: yes\n1 of 1 right\n"
    quiz("77", q1="x")
    assert (
        capsys.readouterr().out == "○ q1: 'x' is not an option; choose one of a, b\n0 of 1 right\n"
    )
    assert main(["show", str(path)]) == 0
    assert capsys.readouterr().out == 'q1 a: no: "this"\nq1 b (right): yes\n'


def test_unknown_quiz_and_question_are_named() -> None:
    with pytest.raises(ValueError, match=r"there is no quiz '5': choose .*05"):
        quiz("5")
    with pytest.raises(ValueError, match="there is no question 'q9': choose q1, q2, q3, q4"):
        quiz("05", q9="a")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[q1]\ntext = "x"\n', "not a quiz"),
        (PLAIN.replace('answer = "b"', 'answer = "e"'), "the answer 'e' is none of a, b"),
        (PLAIN.replace('a = "this"\n', ""), "every option needs a feedback"),
        ("[q1", "not a quiz"),
    ],
)
def test_a_faulty_file_is_refused_and_stays(
    text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "77.toml"
    path.write_text(text, encoding="utf-8")
    assert main(["hash", str(path)]) == 2
    assert said in capsys.readouterr().err
    assert path.read_text(encoding="utf-8") == text


def test_author_commands_explain_themselves(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([]) == 2
    assert "hash|show FILE" in capsys.readouterr().err
    assert main(["hash", str(tmp_path / "none.toml")]) == 2
    assert "No such file" in capsys.readouterr().err
