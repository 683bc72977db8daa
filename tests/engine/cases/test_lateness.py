"""A task that is late: those whose task it is are told the morning after, those who manage cases five working days later."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from engine import Config, Engine, Scope, queries
from engine.people.authorities import Authority
from engine.queries import NotificationRow
from tests.engine.running import authority, clock_of, deploy, role, running, task
from tests.engine.spiff.cases import bpmn

HOME = "here"
DUE = bpmn(
    '<startEvent id="s"/><userTask id="a" name="Report" camunda:candidateGroups="head" camunda:dueDate="5 working days"/>'
    '<endEvent id="e"/>',
    "s>a a>e",
)
#: Asked on Monday 7 September 2026, so due by the end of Monday the 14th; timers fire at eight, local time.
DUE_DAY, MORNING_AFTER = datetime(2026, 9, 14, 22, 58, tzinfo=UTC), datetime(2026, 9, 15, 7, 0, tzinfo=UTC)
BEFORE_MANAGERS, TO_MANAGERS = datetime(2026, 9, 22, 6, 59, tzinfo=UTC), datetime(2026, 9, 22, 7, 0, tzinfo=UTC)


def managed() -> Authority:
    home = authority(HOME)
    return Authority(**{**vars(home), "roles": {**home.roles, "director": role("director", "manage")}})


@pytest.fixture
def engine(database_url: str) -> Engine:
    engine = running(database_url, config=Config(authorities={HOME: managed()}))
    deploy(engine, DUE, authority=HOME)
    engine.cases.start("p", by=Scope(HOME, frozenset(), "sam"))
    return engine


def told(engine: Engine, to: str, moment: datetime | None = None) -> list[NotificationRow]:
    """What a role has been told, once everything is done that is to be done by a moment."""
    if moment is not None:
        clock_of(engine).set(moment)
        engine.jobs.tell_late()
    with engine.reading(Scope(HOME, frozenset({to}))) as session:
        return queries.notifications(session, Scope(HOME, frozenset({to})))


def test_nobody_is_told_on_the_day_itself(engine: Engine) -> None:
    assert told(engine, "head", DUE_DAY) == []


def test_those_asked_are_told_the_morning_after(engine: Engine) -> None:
    [said] = told(engine, "head", MORNING_AFTER)
    assert said.subject == "Late: Report, p"
    assert said.text == "“Report” (p) was due on Monday 14 September 2026 and is not done. It is among your tasks."


def test_managers_are_not_told_yet(engine: Engine) -> None:
    told(engine, "head", MORNING_AFTER)
    assert told(engine, "director", BEFORE_MANAGERS) == []


def test_managers_are_told_five_working_days_later_whom_it_waits_for(engine: Engine) -> None:
    told(engine, "head", MORNING_AFTER)
    [said] = told(engine, "director", TO_MANAGERS)
    assert said.text.endswith("and is not done. It waits for: Head.")


def test_each_is_told_once(engine: Engine) -> None:
    for moment in (MORNING_AFTER, TO_MANAGERS, datetime(2026, 12, 1, tzinfo=UTC)):
        told(engine, "head", moment)
    assert len(told(engine, "head")) == 1
    assert len(told(engine, "director")) == 1


def test_a_task_that_is_done_is_not_told_of(engine: Engine) -> None:
    engine.tasks.complete(task(engine, "a"))
    assert told(engine, "head", MORNING_AFTER) == []


def test_the_worker_sleeps_until_somebody_is_to_be_told(engine: Engine) -> None:
    told(engine, "head", MORNING_AFTER)
    assert engine.jobs.next_due() == TO_MANAGERS


def test_of_many_late_tasks_each_is_told(engine: Engine) -> None:
    for _ in range(3):
        engine.cases.start("p", by=Scope(HOME, frozenset(), "sam"))
    assert len(told(engine, "head", MORNING_AFTER)) == 4
