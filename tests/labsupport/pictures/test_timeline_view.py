from __future__ import annotations

import doctest
import re
import xml.etree.ElementTree as ET

import pytest

import labsupport.pictures.canvas
from labsupport.pictures.canvas import (
    Drawing,
    family,
    round_ticks,
    shorten,
    text_width,
    tick_labels,
    wrap,
)
from labsupport.pictures.layout import Families, arrange, place_labels
from labsupport.pictures.theme import DARK, LIGHT, SERIES, bar_fill, contrast, mix
from labsupport.pictures.timeline_view import MOST_LANES, show_timelines
from labsupport.traces.timeline import Mark, Span, Timeline

SVG = "{http://www.w3.org/2000/svg}"


def work(lane: str, label: str, start: float, end: float | None) -> Span:
    return Span(lane, label, "work", start, end)


APPLY = Timeline(
    tuple(work(f"P{n % 5 + 1}", f"task {n + 1}", n * 0.1, n * 0.1 + 0.1) for n in range(10)),
    title="apply",
    claim="at most 1 task at once",
)
ASYNC = Timeline(
    tuple(
        work(f"P{n % 5 + 1}", f"task {n + 1}", n // 5 * 0.1, n // 5 * 0.1 + 0.1) for n in range(10)
    ),
    title="apply_async",
)
ODD = Timeline(
    (
        work("main", "a label that is far too long for the bar that it belongs to", 0.0, 0.5),
        work("main", "inner", 0.1, 0.2),
        work("P1", "任务处理任务处理任务处理任务处理", 0.0, 0.05),
        work("P1", "next", 0.05, 0.4),
        work("P2", "never & <ends>", 0.2, None),
        Span("P3", "lock", "wait", 0.0, 0.3),
        work("P3", "", 0.3, 0.3),
    ),
    (Mark("P1", 'got "it"', 0.2), Mark("P4", "only a mark", 0.5)),
    title="odd <ones>",
)


def laid_out(timeline: Timeline, scale: float = 700.0):
    families = Families([timeline])
    rows = arrange(timeline, lambda seconds: seconds * scale, timeline.end * scale + 20)
    place_labels(rows, families, timeline.end * scale + 20)
    return rows


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ET.fromstring(svg).iter(f"{SVG}text")]


def test_the_text_form_and_the_description_hold_titles_and_claims_only():
    picture = show_timelines(APPLY, ASYNC, title="Ten tasks", alt="a staircase, then five lanes")
    assert picture.text == (
        "Ten tasks\n  apply: at most 1 task at once\n  apply_async: at most 5 at once"
    )
    assert picture.alt == "a staircase, then five lanes"
    assert show_timelines(APPLY, alt="a staircase").text.splitlines()[0] == "a staircase"


def test_two_panels_share_one_axis():
    shown = texts(show_timelines(APPLY, ASYNC, alt="two").svg)
    assert [text for text in shown if re.fullmatch(r"[\d.]+( s)?", text)] == [
        *["1 s", "0.2 s"],  # the end of each panel
        *["0", "0.2", "0.4", "0.6", "0.8", "1 s"],
    ]
    assert shown.count("P5") == 2
    assert shown.count("task 10") == 2
    assert shown[-1] == "task 1 … task 10"


def test_every_picture_is_well_formed_and_described():
    for timeline in [APPLY, ODD, Timeline(title="empty"), Timeline((), (Mark("main", "m", 0.0),))]:
        root = ET.fromstring(show_timelines(timeline, title="<&>", alt='say "it"').svg)
        assert root.get("aria-label") == 'say "it"'
        assert root.get("role") == "img"
        used = {name for element in root.iter() for name in element.get("class", "").split()}
        style = root.findtext(f"{SVG}style") or ""
        for name in used - {"p0"}:
            assert f".{name}{{" in style or f".{name}," in style, name
        for reference in re.findall(r"url\(#(\w+)\)", style):
            assert root.find(f".//{SVG}pattern[@id='{reference}']") is not None


def test_characters_that_xml_forbids_do_not_break_a_picture():
    bad = Timeline((work("\x00", "a\x1b\ud800", 0, 1),), title="\uffff\x0b")
    root = ET.fromstring(show_timelines(bad, alt="bad\x00").svg.encode())
    assert root.get("aria-label") == "bad "


def test_no_label_runs_over_its_bar_or_over_another():
    for timeline in [APPLY, ASYNC, ODD]:
        rows = laid_out(timeline)
        places = []
        for bar in rows.bars:
            right = bar.text_left + text_width(bar.text)
            if bar.text and bar.inside:
                assert bar.left <= bar.text_left
                assert right <= bar.text_right
            elif bar.text:
                places.append((bar.row, bar.text_left, right))
        places += [
            (sign.row, sign.text_left, sign.text_left + text_width(sign.text))
            for sign in rows.signs
            if sign.text
        ]
        for row, left, right in places:
            for bar in rows.bars:
                assert bar.row != row or right <= bar.left or bar.right <= left


def test_a_narrow_bar_shows_the_number_or_nothing():
    narrow = Timeline(tuple(work("P1", f"task {n}", n, n + 1) for n in range(120)))
    by_room = {
        room: {bar.text for bar in laid_out(narrow, room).bars[1:-1]} for room in (70, 28, 5)
    }
    assert by_room[70] == {f"task {n}" for n in range(1, 119)}
    assert by_room[28] == {str(n) for n in range(1, 119)}
    assert by_room[5] == {""}


def test_overlapping_spans_of_one_lane_get_rows_of_their_own():
    timeline = Timeline(
        (work("x", "a", 0, 2), work("x", "b", 1, 3), work("x", "c", 1.2, 1.5), work("y", "d", 0, 1))
    )
    rows = laid_out(timeline)
    placed = {bar.span.label: (bar.row, bar.depth) for bar in rows.bars}
    assert placed == {"a": (0, 0), "b": (1, 0), "c": (0, 1), "d": (2, 0)}
    assert rows.lanes == [("x", 0), ("y", 2)]


def test_a_span_that_never_ended_reaches_beyond_the_last_event():
    bar = next(bar for bar in laid_out(ODD).bars if bar.span.end is None)
    assert bar.right == pytest.approx(ODD.end * 700 + 20)
    assert "never ended" in texts(show_timelines(ODD, alt="killed").svg)
    assert "never ended" not in texts(show_timelines(APPLY, alt="all ended").svg)


def test_the_legend_names_every_kind():
    assert Families([APPLY]).legend() == [("p0", "task 1 … task 10")]
    entries = Families([APPLY, ODD]).legend()
    words = [words for _, words in entries]
    assert words[0] == "task 1 … task 10, work"  # the seventh family has the first's colour
    assert [css for css, _ in entries][:8] == [
        "p0",
        "p1",
        "p2",
        "p3",
        "p4",
        "p5",
        "wait",
        "mark-diamond",
    ]
    assert "waiting for lock" in words
    assert 'got "it"' in words


def test_very_many_lanes_become_one_area_and_very_many_spans_stay_small():
    crowd = Timeline(tuple(work(f"G{n}", "sleep", n * 1e-5, 0.2) for n in range(5000)))
    assert len(crowd.lanes) > MOST_LANES
    picture = show_timelines(crowd, APPLY, alt="a crowd")
    assert "5,000 at work at once" in texts(picture.svg)
    assert len(picture.svg) < 60_000
    dense = Timeline(tuple(work("P1", "tick", n * 1e-4, n * 1e-4 + 5e-5) for n in range(50_000)))
    assert len(show_timelines(dense, alt="dense").svg) < 150_000
    hundred = Timeline(tuple(work(f"P{n}", "sleep", 0, 1) for n in range(100)))
    height = ET.fromstring(show_timelines(hundred, alt="hundred").svg).get("height", "")
    assert float(height) < 700


def test_own_ticks_are_used():
    shown = texts(show_timelines(APPLY, alt="own", ticks=[0, 0.25, 2]).svg)
    assert [text for text in shown if text in ("0", "0.25", "2 s")] == ["0", "0.25", "2 s"]


@pytest.mark.parametrize(
    ("timelines", "options", "error", "sentence"),
    [
        ((), {"alt": "x"}, ValueError, "at least one timeline"),
        ((APPLY,), {"alt": " "}, ValueError, "in one sentence"),
        ((APPLY,), {"alt": "x", "ticks": [-1, 2]}, ValueError, "none below zero"),
        ((APPLY,), {"alt": "x", "ticks": [2, 1]}, ValueError, "rising order"),
        (("apply",), {"alt": "x"}, TypeError, "takes timelines, not str"),
    ],
)
def test_bad_arguments_are_answered_in_words(timelines, options, error, sentence):
    with pytest.raises(error, match=sentence):
        show_timelines(*timelines, **options)


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_all_words_can_be_read_in_both_themes(theme):
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    for ground in [theme.background, theme.track, *(bar_fill(theme, n) for n in range(SERIES))]:
        assert contrast(theme.ink, ground) >= 7  # WCAG 2.2, success criterion 1.4.6
    assert contrast(theme.muted, theme.background) >= 4.5  # 1.4.3
    for series in theme.series:
        assert contrast(series, theme.background) >= 2.5
    assert mix("#ff0000", "#0000ff", 0.5) == "#800080"


def test_ticks_are_round_few_and_cover_the_axis():
    for end in [3e-7, 0.0049, 0.1, 0.52, 0.999, 1, 7.3, 59, 3600]:
        ticks = round_ticks(end)
        assert 3 <= len(ticks) <= 9
        assert ticks[0] == 0
        assert 0.6 * end < ticks[-1] <= end * (1 + 1e-9)
        assert re.fullmatch(r"0*[125]0*", f"{ticks[1]:.9f}".replace(".", "").rstrip("0"))
    with pytest.raises(ValueError, match="above zero"):
        round_ticks(0)
    assert tick_labels([0, 2e-5]) == ["0", "20 µs"]
    assert tick_labels([]) == []


def test_text_is_cut_between_letters_that_can_be_seen():
    family_of_three = "👩\u200d👩\u200d👧"
    assert (
        shorten(family_of_three * 3, text_width(family_of_three) * 2.8) == family_of_three * 2 + "…"
    )
    assert shorten("e\u0301e\u0301e\u0301e\u0301", 26).startswith("e\u0301")
    assert shorten("anything", 3) == ""
    assert wrap("one two three", 50) == ["one two", "three"]
    assert wrap("", 50) == []


def test_labels_that_differ_by_a_number_are_one_family():
    assert {family(label) for label in ["task 1", "task 22", "task-3", "task_4", "task"]} == {
        "task"
    }
    assert family("7") == ""


def test_a_legend_breaks_where_the_row_is_full():
    drawing = Drawing(200)
    assert drawing.legend(10, 20, [("s0", "first of all"), ("s1", "second of all")]) == 52
    assert drawing.legend(10, 20, []) == 20


def test_the_examples_in_the_docstrings():
    result = doctest.testmod(labsupport.pictures.canvas)
    assert result.attempted
    assert not result.failed
