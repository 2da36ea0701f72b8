"""A quiz at the end of a lesson, offline: `quiz("05")` asks, `quiz("05", q1="a", …)` judges.

The right answers are stored as hashes and the feedback is encoded, so that a look into the
file does not give the answers away. That is courtesy, not secrecy.

An author writes a TOML file with plain answers and feedback (see `seal`) and calls
`python -m labsupport.exercises.quiz hash FILE`; `show FILE` instead gives the plain feedback back.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
import textwrap
import tomllib
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("quizzes")


@dataclass(frozen=True)
class Question:
    """One question: its text (Markdown), the options by letter, and the sealed rest."""

    text: str
    options: dict[str, str]
    answer: str
    feedback: dict[str, str]


def hash_answer(lesson: str, question: str, letter: str) -> str:
    """Return what is stored for a right answer.

    >>> hash_answer("05", "q1", "a") == hash_answer("05", "q1", "b")
    False
    """
    text = f"{lesson} {question} {letter}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def encode(text: str) -> str:
    """Make a text unreadable at a glance."""
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode()


def decode(text: str) -> str:
    """Undo `encode`.

    >>> decode(encode("well done"))
    'well done'
    """
    return zlib.decompress(base64.b64decode(text)).decode()


def load(lesson: str) -> dict[str, Question]:
    """Read the questions of a lesson, by name (q1, q2, …).

    Raises:
        ValueError: there is no quiz for it; the message lists those that there are.
    """
    path = FOLDER / f"{lesson}.toml"
    known = sorted(each.stem for each in FOLDER.glob("*.toml"))
    if lesson not in known:
        raise ValueError(f"there is no quiz {lesson!r}: choose {', '.join(known)}")
    entries = tomllib.loads(path.read_text(encoding="utf-8"))
    return {name: Question(**entry) for name, entry in entries.items()}


class Quiz:
    """The questions of a lesson, for showing."""

    def __init__(self, lesson: str, questions: dict[str, Question]) -> None:
        self._lesson = lesson
        self._questions = questions

    def _repr_markdown_(self) -> str:
        parts = []
        for name, question in self._questions.items():
            options = "\n".join(f"- **{key}** {text}" for key, text in question.options.items())
            parts.append(f"**{name}** {question.text}\n\n{options}")
        return "\n\n".join(parts)

    def __repr__(self) -> str:
        parts = []
        for name, question in self._questions.items():
            options = [f"  {key}  {text}" for key, text in question.options.items()]
            parts.append("\n".join([f"{name}  {question.text}", *options]))
        return "\n\n".join(parts)


def quiz(lesson: str, **answers: str) -> Quiz | None:
    """Ask the questions of a lesson, or judge answers to them.

    Args:
        lesson: the lesson's number, such as "05".
        answers: the letter chosen for each question, such as q1="b"; "?" for none yet. Without
            answers the questions are returned, and a notebook shows them.

    Raises:
        ValueError: there is no such quiz or no such question.
    """
    questions = load(lesson)
    if not answers:
        return Quiz(lesson, questions)
    for name in answers:
        if name not in questions:
            raise ValueError(f"there is no question {name!r}: choose {', '.join(questions)}")
    right = 0
    for name, question in questions.items():
        letter = str(answers.get(name, "?")).strip().lower()
        is_right = letter in question.options and _is_right(lesson, name, letter, question)
        right += is_right
        print(_report(name, question, letter, is_right))
    print(f"{right} of {len(questions)} right")
    return None


def _is_right(lesson: str, name: str, letter: str, question: Question) -> bool:
    return hash_answer(lesson, name, letter) == question.answer


def _report(name: str, question: Question, letter: str, is_right: bool) -> str:
    if letter not in question.options:
        letters = ", ".join(question.options)
        said = "no answer yet" if letter == "?" else f"{letter!r} is not an option"
        return f"○ {name}: {said}; choose one of {letters}"
    sign = "✔" if is_right else "✘"
    text = f"{sign} {name}: {decode(question.feedback[letter])}"
    return textwrap.fill(text, 96, subsequent_indent="      ")


def seal(lesson: str, entries: dict[str, Any]) -> dict[str, Any]:
    """Hash the answers and encode the feedback of a quiz that is written in plain text.

    Args:
        lesson: the lesson's number.
        entries: for each question `text`, `options` {letter: text}, `answer` (a letter) and
            `feedback` {letter: text}. A question that is sealed already stays as it is.

    Raises:
        ValueError: an option has no feedback, or the answer is not an option.
    """
    sealed = {}
    for name, entry in entries.items():
        options, answer, feedback = entry["options"], entry["answer"], entry["feedback"]
        if set(options) != set(feedback):
            raise ValueError(f"{name}: every option needs a feedback, and no other")
        if len(answer) == 16:
            sealed[name] = entry
            continue
        if answer not in options:
            raise ValueError(f"{name}: the answer {answer!r} is none of {', '.join(options)}")
        sealed[name] = {
            **entry,
            "answer": hash_answer(lesson, name, answer),
            "feedback": {letter: encode(text) for letter, text in feedback.items()},
        }
    return sealed


def _as_toml(entries: dict[str, Any]) -> str:
    """Write a quiz as TOML; a JSON string is also a TOML string (toml.io, basic strings)."""

    def text(value: str) -> str:
        return json.dumps(value, ensure_ascii=False)

    lines: list[str] = []
    for name, entry in entries.items():
        lines += [f"[{name}]", f"text = {text(entry['text'])}", f"answer = {text(entry['answer'])}"]
        for part in ("options", "feedback"):
            lines.append(f"[{name}.{part}]")
            lines += [f"{letter} = {text(value)}" for letter, value in entry[part].items()]
        lines.append("")
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Run the author's commands `hash FILE` and `show FILE`; return the exit status."""
    if len(arguments) != 2 or arguments[0] not in ("hash", "show"):
        print("usage: python -m labsupport.exercises.quiz hash|show FILE.toml", file=sys.stderr)
        return 2
    command, path = arguments[0], Path(arguments[1])
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
        if command == "hash":
            draft = path.with_name(path.name + ".part")
            draft.write_text(_as_toml(seal(path.stem, entries)), encoding="utf-8")
            draft.replace(path)
            return 0
        for name, entry in entries.items():
            for letter, text in entry["feedback"].items():
                right = hash_answer(path.stem, name, letter) == entry["answer"]
                print(f"{name} {letter}{' (right)' if right else ''}: {decode(text)}")
    except OSError as error:
        print(f"{path}: {error.strerror}: give the path of a quiz's file", file=sys.stderr)
        return 2
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError, zlib.error) as error:
        print(f"{path} is not a quiz as it should be: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
