"""Answers that an officer records for those whose task it is, and a case that goes on when no answer comes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from engine import Engine, OnBehalf, Scope, queries
from engine.errors import AnswerNotDispensable, AnswerNotDue, NotOnBehalf, TaskNotOpen
from tests.engine.running import clock_of, running, task
from tests.engine.spiff.cases import bpmn, prop

SAM = Scope("", frozenset({"seo"}), "sam")
CLERK = Scope("", frozenset({"clerk"}), "cleo", oversees=True)
SAID = OnBehalf("Hilda Example, headteacher", date(2026, 9, 4), "telephone")
FORM = (
    b'{"id": "report", "type": "default", "components": ['
    b'{"type": "textfield", "key": "report", "label": "Report", "validate": {"required": true}},'
    b'{"type": "checklist", "key": "areas", "label": "Areas", "values": [{"value": "a", "label": "A"}]}]}'
)


def asks(ident: str, name: str, **properties: str) -> str:
    """A user task of the head, whose answer a SEO may record."""
    return (
        f'<userTask id="{ident}" name="{name}" camunda:formKey="report" camunda:candidateGroups="head"'
        f' camunda:dueDate="P7D">{prop(onBehalf="seo", **properties)}</userTask>'
    )


DIAGRAM = bpmn(
    '<startEvent id="s"/>'
    + asks("asked", "Internal report", noAnswer="= {report: &quot;none&quot;}")
    + asks("needed", "Signature")
    + '<endEvent id="e"/>',
    "s>asked asked>needed needed>e",
)


@pytest.fixture
def engine(database_url: str) -> Engine:
    """An engine with one case that waits for the report."""
    engine = running(database_url)
    engine.deployments.deploy({"p.bpmn": DIAGRAM, "forms/report.form": FORM}, by="owner", strict=False)
    engine.cases.start("p")
    return engine


def line(engine: Engine) -> queries.HistoryRow:
    """What the story says of the report."""
    with engine.reading() as session:
        return next(row for row in queries.timeline(session, 1) if row.element == "asked")


def late(engine: Engine) -> Engine:
    """The same, once the report's date has passed."""
    clock_of(engine).advance(timedelta(days=8))
    return engine


def test_an_answer_given_in_another_way_moves_the_case_on(engine: Engine) -> None:
    engine.tasks.complete_for(task(engine, "asked"), {"report": "All is well."}, SAID, by=SAM)
    assert engine.cases.variables(1)["report"] == "All is well."
    assert [each.element for each in engine.tasks.open()] == ["needed"]


def test_the_story_says_who_recorded_it_and_who_said_it(engine: Engine) -> None:
    engine.tasks.complete_for(task(engine, "asked"), {"report": "All is well."}, SAID, by=SAM)
    assert line(engine).by == "sam"
    assert line(engine).detail == {
        "said_by": "Hilda Example, headteacher",
        "said_on": "2026-09-04",
        "said_how": "telephone",
    }


def test_only_those_whom_the_diagram_names_record_for_others(engine: Engine) -> None:
    with pytest.raises(NotOnBehalf, match='An answer to "Internal report" may be recorded for others by seo'):
        engine.tasks.complete_for(task(engine, "asked"), {}, SAID, by=CLERK)
    assert [each.element for each in engine.tasks.open()] == ["asked"]


def test_an_answer_that_has_come_meanwhile_stands(engine: Engine) -> None:
    ident = task(engine, "asked")
    engine.tasks.complete(ident, {"report": "Mine."}, by="hilda")
    with pytest.raises(TaskNotOpen, match="completed by hilda on 7 September 2026"):
        engine.tasks.complete_for(ident, {"report": "Theirs."}, SAID, by=SAM)
    assert engine.cases.variables(1)["report"] == "Mine."


def test_while_the_date_has_not_passed_the_answer_is_waited_for(engine: Engine) -> None:
    with pytest.raises(AnswerNotDue, match="its date, 14 September 2026, has not passed"):
        engine.tasks.go_on_without(task(engine, "asked"), "Rung twice.", by=SAM)


def test_a_silence_does_not_stop_the_case(engine: Engine) -> None:
    late(engine).tasks.go_on_without(task(engine, "asked"), "Rung twice.", by=SAM)
    assert [each.element for each in engine.tasks.open()] == ["needed"]


def test_what_holds_without_an_answer_is_what_the_diagram_says(engine: Engine) -> None:
    late(engine).tasks.go_on_without(task(engine, "asked"), "Rung twice.", by=SAM)
    assert engine.cases.variables(1) == {"report": "none", "areas": []}


def test_the_story_says_that_no_answer_came_and_what_was_done(engine: Engine) -> None:
    late(engine).tasks.go_on_without(task(engine, "asked"), "Rung twice.", by=SAM)
    assert line(engine).detail == {"unanswered": True, "reason": "Rung twice."}


def test_where_the_diagram_needs_an_answer_none_is_dispensed_with(engine: Engine) -> None:
    engine.tasks.complete(task(engine, "asked"), {"report": "Mine."}, by="hilda")
    with pytest.raises(AnswerNotDispensable, match='cannot go on without an answer to "Signature"'):
        late(engine).tasks.go_on_without(task(engine, "needed"), "Rung twice.", by=SAM)
