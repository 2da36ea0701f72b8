"""The probe of lesson 14's third exercise: paths that lead out of a home, and some that do not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from labsupport.exercises.verdicts import RIGHT, Verdict, wrong

Answer = Callable[..., Any]


def stay_inside(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `real_path(home, directory, argument)`: all that is inside, nothing that is not."""
    home, linked = _furnish(folder)
    verdict = _judge_inside(answer, home) or _judge_outside(answer, home)
    if linked and verdict is None:
        verdict = _judge_links(answer, home)
    return (verdict or RIGHT).as_json()


def _furnish(folder: Path) -> tuple[Path, bool]:
    """Make a home, a neighbour whose name begins like it, and links; tell whether links exist."""
    folder = folder.resolve()
    home, neighbour = folder / "home", folder / "home-of-bob"
    (home / "songs").mkdir(parents=True)
    neighbour.mkdir()
    for path in (home / "poem", home / "songs" / "la", home / "..song", neighbour / "key"):
        path.write_text("text", encoding="utf-8")
    try:
        (home / "tunes").symlink_to("songs")
        (home / "out").symlink_to(neighbour)
        (folder / "door").symlink_to(home)
    except OSError:
        return home, False  # a system without links has no such ways
    return home, True


def _judge_inside(answer: Answer, home: Path) -> Verdict | None:
    for directory, argument, inside in (
        ("/", "poem", "poem"),
        ("/songs", "la", "songs/la"),
        ("/songs", "../poem", "poem"),
        ("/songs", "", "songs"),
        ("/", "..song", "..song"),
        ("/", "not/there/yet", "not/there/yet"),
        ("/songs", "/poem", "poem"),
        ("/", "//poem", "poem"),
        ("/", "..", "."),
        ("/songs", "../../../songs/la", "songs/la"),
    ):
        if verdict := _want(answer, home, home, directory, argument, home / inside):
            return verdict
    return None


def _want(
    answer: Answer, home: Path, given: Path, directory: str, argument: str, wanted: Path
) -> Verdict | None:
    got = answer(given, directory, argument)
    where = f"a user in {directory} asked for {argument!r}"
    name = wanted.relative_to(home).as_posix()
    step = f"For the user that is /{name.removeprefix('.')}, inside of the home."
    if got is None:
        return wrong(f"{where}, and got None.", step)
    if not isinstance(got, Path):
        return wrong(f"{where}, and got {type(got).__name__}.", "Return a Path, or None.")
    if got.resolve() != wanted:
        return wrong(f"{where}, and got {_shown(got, home)}.", step)
    return None


def _shown(got: Path, home: Path) -> str:
    """Return a path without what differs from run to run."""
    return str(got).replace(str(home.parent), "…")


def _judge_outside(answer: Answer, home: Path) -> Verdict | None:
    neighbour = home.parent / "home-of-bob"
    for directory, argument in (
        ("/", "../home-of-bob/key"),
        ("/songs", "../../home-of-bob/key"),
        ("/", str(neighbour / "key")),
        ("/../home-of-bob", "key"),
    ):
        if verdict := _never(answer, home, directory, argument):
            return verdict
    return None


def _never(answer: Answer, home: Path, directory: str, argument: str) -> Verdict | None:
    got = answer(home, directory, argument)
    if got is None or Path(got).resolve().is_relative_to(home):
        return None
    shown = argument.replace(str(home.parent), "…")
    return wrong(
        f"a user in {directory} asked for {shown!r}, and got {_shown(Path(got), home)}, a file "
        "outside of the home.",
        "Compare whole names, not letters (Path.is_relative_to), and only after all links.",
    )


def _judge_links(answer: Answer, home: Path) -> Verdict | None:
    door = home.parent / "door"
    song = home / "songs" / "la"
    return (
        _want(answer, home, home, "/", "tunes/la", song)
        or _want(answer, home, home, "/tunes", "la", song)
        or _never(answer, home, "/", "out/key")
        or _never(answer, home, "/out", "key")
        or _want(answer, home, door, "/songs", "la", song)
    )
