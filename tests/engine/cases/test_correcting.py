"""Answers that are replaced by whoever gave them, until something has followed from them."""

from __future__ import annotations

import pytest

from engine import Engine, Scope, queries
from engine.errors import AnswerCounts, NotTheAuthor
from tests.engine.running import deploy, running, task
from tests.engine.spiff.cases import bpmn

SAM = Scope("town", frozenset({"seo"}), "sam")
LEE = Scope("town", frozenset({"seo"}), "lee")
CHOICE = bpmn(
    '<startEvent id="s"/><userTask id="a" name="Visit" camunda:candidateGroups="seo"/><exclusiveGateway id="g" default="f_g_b"/>'
    '<userTask id="b" name="Report" camunda:candidateGroups="seo"/><userTask id="c" camunda:candidateGroups="seo"/><endEvent id="e"/>',
    'a>g s>a g>b g>c[grade = "poor"] b>e c>e',
)
WORKED_OUT = bpmn(
    '<startEvent id="s"/><userTask id="a" camunda:candidateGroups="seo"/>'
    '<scriptTask id="x" scriptFormat="feel" camunda:resultVariable="y"><script>= 1</script></scriptTask>'
    '<userTask id="b" camunda:candidateGroups="seo"/><endEvent id="e"/>',
    "s>a a>x x>b b>e",
)

BESIDE = bpmn(
    '<startEvent id="s"/><parallelGateway id="g"/><userTask id="a" camunda:candidateGroups="seo"/>'
    '<userTask id="b" camunda:candidateGroups="seo"/><endEvent id="e"/>',
    "s>g g>a g>b a>e b>e",
)
DATED = bpmn(
    '<startEvent id="s"/><userTask id="a" camunda:candidateGroups="seo"/>'
    '<userTask id="b" camunda:candidateGroups="seo" camunda:dueDate="= day"/><endEvent id="e"/>',
    "s>a a>b b>e",
)


def begun(database_url: str, diagram: bytes, **more: str) -> Engine:
    """A case whose first task Sam has answered."""
    engine = running(database_url)
    deploy(engine, diagram, authority="town")
    engine.cases.start("p", authority="town")
    engine.tasks.complete(task(engine, "a", 1), {"grade": "good", "note": "Quiet.", **more}, by=SAM)
    return engine


@pytest.fixture
def engine(database_url: str) -> Engine:
    return begun(database_url, CHOICE)


def test_other_answers_take_their_place_and_what_they_were_is_kept(engine: Engine) -> None:
    engine.tasks.replace(1, {"grade": "good", "note": "Loud."}, "I mixed two schools up.", SAM)
    assert engine.cases.variables(1)["note"] == "Loud."
    with engine.reading(SAM) as session:
        [note] = queries.corrections(session, [1])[1]
        assert queries.task(session, 1).values == {"grade": "good", "note": "Loud."}
    assert note.was == {"grade": "good", "note": "Quiet."}
    assert (note.by, note.reason, note.text) == ("sam", "I mixed two schools up.", "")
    assert engine.tasks.is_replaceable(1, SAM)


def test_what_decided_the_way_stands(engine: Engine) -> None:
    with pytest.raises(AnswerCounts, match="they decided which way the case went"):
        engine.tasks.replace(1, {"grade": "poor", "note": "Quiet."}, "Wrong.", SAM)
    assert engine.cases.variables(1)["grade"] == "good"


def test_after_the_next_task_is_done_they_stand(engine: Engine) -> None:
    engine.tasks.complete(task(engine, "b", 1), {}, by=LEE)
    assert not engine.tasks.is_replaceable(1, SAM)
    with pytest.raises(AnswerCounts, match="the case has ended"):
        engine.tasks.replace(1, {"note": "Loud."}, "Wrong.", SAM)


def test_what_something_was_worked_out_with_stands(database_url: str) -> None:
    engine = begun(database_url, WORKED_OUT)
    assert not engine.tasks.is_replaceable(1, SAM)
    with pytest.raises(AnswerCounts, match="the case has moved on"):
        engine.tasks.replace(1, {"note": "Loud."}, "Wrong.", SAM)


def test_the_end_of_their_own_path_leaves_them_open(database_url: str) -> None:
    engine = begun(database_url, BESIDE)
    engine.tasks.replace(1, {"grade": "good", "note": "Loud."}, "Wrong.", SAM)
    assert engine.cases.variables(1)["note"] == "Loud."


def test_what_the_date_of_the_next_task_was_worked_out_with_stands(database_url: str) -> None:
    engine = begun(database_url, DATED, day="2026-10-01")
    with pytest.raises(AnswerCounts, match="a date, or whom the case asks next, was worked out with them"):
        engine.tasks.replace(1, {"grade": "good", "note": "Quiet.", "day": "2026-11-01"}, "Wrong.", SAM)
    engine.tasks.replace(1, {"grade": "good", "note": "Loud.", "day": "2026-10-01"}, "Wrong.", SAM)
    assert engine.cases.variables(1)["note"] == "Loud."


def test_nobody_else_replaces_them_and_the_same_answers_change_nothing(engine: Engine) -> None:
    with pytest.raises(NotTheAuthor):
        engine.tasks.replace(1, {"note": "Loud."}, "Wrong.", LEE)
    engine.tasks.replace(1, {"grade": "good", "note": "Quiet."}, "Pressed twice.", SAM)
    with engine.reading(SAM) as session:
        assert queries.corrections(session, [1]) == {}
