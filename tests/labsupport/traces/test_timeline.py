from __future__ import annotations

import doctest

import pytest

import labsupport.traces.timeline
from labsupport.traces.timeline import Mark, Span, Timeline, read_timeline


def work(label: str, start: float, end: float | None, lane: str = "P1") -> Span:
    return Span(lane, label, "work", start, end)


STAIRCASE = Timeline(tuple(work(f"task {n}", n, n + 1) for n in range(4)), title="apply")
LANES = Timeline(
    (
        work("a", 0.0, 2.0, "P1"),
        work("b", 0.5, 3.0, "P2"),
        Span("P3", "lock", "wait", 0.6, 2.9),
        work("c", 2.5, 3.5, "P1"),
    ),
    (Mark("main", "got it", 3.0),),
    title="apply_async",
)


def test_touching_spans_do_not_overlap():
    assert STAIRCASE.peak() == 1
    assert not STAIRCASE.overlaps("task 0", "task 1")
    assert STAIRCASE.before("task 0", "task 1")
    assert STAIRCASE.order("end") == [f"task {n}" for n in range(4)]


def test_the_peak_counts_work_and_not_waiting():
    assert LANES.peak() == 2
    assert LANES.peak("a") == 1
    assert LANES.peak("nothing begins so") == 0


def test_overlaps_and_before_also_see_marks_and_equal_labels():
    assert LANES.overlaps("a", "b")
    assert LANES.overlaps("b", "c")
    assert not LANES.overlaps("a", "c")
    assert LANES.before("b", "got it")
    assert not LANES.before("c", "got it")
    twice = Timeline((work("same", 0, 2), work("same", 1, 3, "P2")))
    assert twice.overlaps("same", "same")
    assert not STAIRCASE.overlaps("task 1", "task 1")


def test_main_is_the_first_lane():
    assert LANES.lanes == ["main", "P1", "P2", "P3"]


def test_gaps_lie_between_the_spans_of_a_lane():
    assert LANES.gaps("P1") == [(2.0, 2.5)]
    assert LANES.gaps("P1", longer_than=0.6) == []
    nested = Timeline((work("outer", 0, 5), work("inner", 1, 2), work("next", 6, 7)))
    assert nested.gaps("P1") == [(5, 6)]
    with pytest.raises(ValueError, match="no lane 'P9'; the lanes are: main, P1"):
        LANES.gaps("P9")


def test_a_span_that_never_ended_lasts_to_the_end():
    timeline = Timeline((work("killed", 0, None), work("later", 5, 6, "P2")))
    assert timeline.peak() == 2
    assert timeline.overlaps("killed", "later")
    assert timeline.unfinished() == ["killed"]


@pytest.mark.parametrize(
    ("timeline", "noun", "sentence"),
    [
        (Timeline(), "", "nothing at work"),
        (STAIRCASE, "", "at most 1 at once"),
        (STAIRCASE, "task", "at most 1 task at once"),
        (LANES, "task", "at most 2 tasks at once"),
        (LANES, "process", "at most 2 processes at once"),
        (LANES, "reply", "at most 2 replies at once"),
    ],
)
def test_the_peak_in_words(timeline, noun, sentence):
    assert timeline.claim_peak(noun) == sentence


def test_the_peak_in_words_of_some_labels():
    assert LANES.claim_peak("thread", label_prefix="a") == "at most 1 thread at once"


def test_the_representation_holds_no_seconds():
    assert repr(STAIRCASE) == "<timeline 'apply': at most 1 at once>"


@pytest.mark.parametrize("ask", ["overlaps", "before"])
def test_an_unknown_label_is_answered_with_the_known_ones(ask):
    with pytest.raises(ValueError, match=r"nothing is labelled 'x'; recorded are: 'a', 'b'"):
        getattr(LANES, ask)("x", "a")
    with pytest.raises(ValueError, match="no events at all"):
        Timeline().lane_of("x")
    with pytest.raises(ValueError, match='"start" or "end"'):
        LANES.order("middle")


def test_reading_names_lanes_in_order_of_appearance():
    data = (
        b"5\tB\t9.1\t9\t\tchild\n7\tM\t-\t8 T3 G4\t\tdeep\n6\tE\t9.1\n"
        b"4\tM\t-\t8 T2\t\tthread\n9\tM\t-\t7 T1\t\tother\n"
    )
    assert read_timeline(data, 8).lanes == ["T1", "P1", "T2 G1", "P2 T1"]
    assert read_timeline(data, 8, lane_names="worker").lanes[1] == "worker 1"
    assert read_timeline(data, 8).spans == (Span("P1", "child", "work", 1e-9, 2e-9),)


def test_too_many_events_are_refused():
    with pytest.raises(ValueError, match="record at most"):
        read_timeline(b"1\tM\t-\t1\t\t\n" * 200_001, 1)


def test_the_examples_in_the_docstrings():
    result = doctest.testmod(labsupport.traces.timeline)
    assert result.attempted
    assert not result.failed
