"""Told in Pathways: of a new task, of a decision that waits, of what falls due; at once, whatever way of mail somebody has chosen."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from engine import Config, Engine, Scope, queries
from engine.queries import NotificationRow
from engine.queries.notices import TASK
from tests.engine.running import authority, clock_of, deploy, running, task
from tests.engine.spiff.cases import bpmn

SCHOOLS = "urn,name,phase,type\n100001,Elm,primary,community\n"
TASKS = bpmn(
    '<startEvent id="s"/><userTask id="a" name="Report" camunda:candidateGroups="seo,head" camunda:dueDate="5 working days"/>'
    '<userTask id="b" name="Agree" camunda:candidateGroups="head"/><exclusiveGateway id="g" default="f_g_e"/>'
    '<userTask id="c" name="Again" camunda:assignee="sue"/><endEvent id="e"/>',
    "s>a a>b b>g g>e g>c[again = true] c>e",
)
#: Asked on Monday 7 September 2026 at eight, so due on Monday the 14th; timers fire at eight, local time.
SOON = datetime(2026, 9, 10, 7, 0, tzinfo=UTC)
BOTH, SAM = Scope("town", frozenset({"seo", "head"}), "bo"), Scope("town", frozenset({"seo"}), "sam")
SUE = Scope("town", frozenset({"seo"}), "sue")


@pytest.fixture
def engine(database_url: str) -> Engine:
    engine = running(database_url, config=Config(authorities={"town": authority("town")}))
    engine.schools.import_file(SCHOOLS.encode(), "town")
    deploy(engine, TASKS, authority="town")
    engine.notices.choose("weekly", SAM)
    engine.cases.start("p", school="100001", by=Scope("town", frozenset(), "sample"))
    return engine


def told(engine: Engine, scope: Scope, unread: bool = False) -> list[NotificationRow]:
    engine.jobs.tell_late()
    with engine.reading(scope) as session:
        return list(queries.notices(session, scope, TASK, unread=unread).items)


def subjects(engine: Engine, scope: Scope, unread: bool = False) -> list[str]:
    return [row.subject for row in told(engine, scope, unread)]


def test_a_new_task_is_told_at_once_where_nobody_is_told_by_mail(engine: Engine) -> None:
    [row] = told(engine, SAM)
    assert (row.subject, row.read) == ("New task: Report, Elm", False)
    assert row.text == "“Report” (Elm) is among your tasks. By Monday 14 September 2026."
    assert (row.instance_id, row.task_id) == (1, task(engine, "a"))


def test_who_holds_both_roles_is_told_once(engine: Engine) -> None:
    assert subjects(engine, BOTH) == ["New task: Report, Elm"]


def test_it_is_told_only_once(engine: Engine) -> None:
    told(engine, SAM)
    assert subjects(engine, SAM) == ["New task: Report, Elm"]


def test_two_working_days_before_its_date_it_falls_due_soon(engine: Engine) -> None:
    told(engine, SAM)
    clock_of(engine).set(SOON)
    assert subjects(engine, SAM) == ["Due soon: Report, Elm", "New task: Report, Elm"]


def test_a_decision_that_waits_is_told_as_such(engine: Engine) -> None:
    engine.tasks.complete(task(engine, "a"))
    assert subjects(engine, Scope("town", frozenset({"head"}), "hal"))[0] == "Decision awaited: Agree, Elm"


def test_a_task_that_is_given_to_one_person_is_told_to_them_alone(engine: Engine) -> None:
    engine.tasks.complete(task(engine, "a"))
    engine.tasks.complete(task(engine, "b"), {"again": True})
    assert subjects(engine, SUE, unread=True) == ["New task: Again, Elm"]
    assert subjects(engine, SAM, unread=True) == []


def test_what_was_looked_at_is_read_by_that_person_alone(engine: Engine) -> None:
    [row] = told(engine, SAM)
    engine.notices.read(row.id, SAM)
    assert subjects(engine, SAM, unread=True) == []
    assert subjects(engine, SUE, unread=True) == ["New task: Report, Elm"]


def test_all_of_them_are_read_at_once_and_no_others(engine: Engine) -> None:
    told(engine, SAM)
    engine.notices.read_all(TASK, SAM)
    assert subjects(engine, SAM, unread=True) == []


def test_of_a_task_that_somebody_has_done_nothing_is_left_to_be_read(engine: Engine) -> None:
    told(engine, SAM)
    engine.tasks.complete(task(engine, "a"))
    assert subjects(engine, SAM, unread=True) == []
    assert subjects(engine, SAM) == ["New task: Report, Elm"]
