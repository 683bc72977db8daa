"""A task's priority and the day until which it rests: by the diagram, by managers, by whoever may do it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from engine import Config, Engine, Scope, queries
from engine.errors import GivenRefused, NotAManager, RestRefused, TaskNotYours
from engine.people.authorities import Authority
from engine.queries import InboxFilters, TaskRow
from tests.engine.running import clock_of, deploy, role, running, task
from tests.engine.spiff.cases import bpmn

DRAWN = bpmn(
    '<startEvent id="s"/><parallelGateway id="g"/>'
    '<userTask id="a" name="Call" camunda:candidateGroups="seo" camunda:dueDate="P10D" camunda:priority="= if urgent then 80 else 50"/>'
    '<userTask id="b" name="Wait" camunda:candidateGroups="seo" camunda:followUpDate="P3D"/><endEvent id="e"/>',
    "s>g g>a g>b a>e b>e",
)
SAM = Scope("town", frozenset({"seo"}), "sam")
BOSS = Scope("town", frozenset({"boss"}), "bo", oversees=True)


@pytest.fixture
def engine(database_url: str) -> Engine:
    """A case whose second task rests for three days."""
    home = Authority("town", "Town", "", "barnsley", {"seo": role("seo"), "boss": role("boss", "manage")}, (), {})
    engine = running(database_url, config=Config(authorities={"town": home}))
    deploy(engine, DRAWN, authority="town")
    engine.cases.start("p", authority="town", variables={"urgent": False})
    return engine


def inbox(engine: Engine, **filters: object) -> list[TaskRow]:
    with engine.reading(SAM) as session:
        now = engine.clock.now()
        return list(queries.inbox(session, SAM, InboxFilters(at=now, **filters)).items)  # type: ignore[arg-type]


def names(rows: list[TaskRow]) -> list[str]:
    return [row.name for row in rows]


def test_a_task_rests_until_the_day_that_its_diagram_says(engine: Engine) -> None:
    assert names(inbox(engine)) == ["Call"]
    assert names(inbox(engine, resting=True)) == ["Wait"]
    with engine.reading(SAM) as session:
        assert len(queries.due_dates(session, SAM, InboxFilters(at=engine.clock.now()))) == 1
    clock_of(engine).advance(timedelta(days=4))
    assert names(inbox(engine)) == ["Call", "Wait"]


def test_whoever_may_do_it_lets_it_rest_and_takes_it_up_again(engine: Engine) -> None:
    call = task(engine, "a", 1)
    day = engine.clock.now().date() + timedelta(days=2)
    engine.tasks.rest(call, day, SAM)
    assert names(inbox(engine)) == []
    engine.tasks.rest(call, None, SAM)
    engine.tasks.rest(call, None, SAM)
    assert names(inbox(engine)) == ["Call"]
    told = [(line.how, line.by, line.detail) for line in engine.cases.history(1)]
    assert told[-2:] == [("resting", "sam", {"until": day.isoformat()}), ("woken", "sam", {})]
    with pytest.raises(TaskNotYours):
        engine.tasks.rest(call, day, Scope("town", frozenset({"clerk"}), "cleo", oversees=True))


@pytest.mark.parametrize(("days", "why"), [(0, "a day after today"), (-5, "a day after today"), (11, "it is due on")])
def test_it_rests_for_days_before_its_date_only(engine: Engine, days: int, why: str) -> None:
    with pytest.raises(RestRefused, match=why):
        engine.tasks.rest(task(engine, "a", 1), engine.clock.now().date() + timedelta(days=days), SAM)


def test_a_managers_priority_stays_whatever_the_diagram_says_later(engine: Engine) -> None:
    call = task(engine, "a", 1)
    engine.tasks.prioritise(call, "low", "The school asked for time.", BOSS)
    engine.cases.set_variables(1, {"urgent": True}, by=BOSS, reason="It is.")
    assert {row.name: row.level for row in inbox(engine)} == {"Call": "low"}
    assert names(inbox(engine, level="low")) == ["Call"]
    assert names(inbox(engine, level="high")) == []
    line = next(each for each in engine.cases.history(1) if each.how == "ranked")
    assert (line.by, line.detail) == ("bo", {"level": "low", "was": "normal", "reason": "The school asked for time."})


def test_the_diagrams_priority_follows_the_case(engine: Engine) -> None:
    engine.cases.set_variables(1, {"urgent": True}, by=BOSS, reason="It is.")
    assert [row.level for row in inbox(engine)] == ["high"]
    engine.cases.start("p", authority="town", variables={"urgent": False})
    assert [row.instance_id for row in inbox(engine, by_priority=True)] == [1, 2]


def test_only_managers_change_it_to_one_that_there_is(engine: Engine) -> None:
    with pytest.raises(NotAManager):
        engine.tasks.prioritise(task(engine, "a", 1), "high", "Now.", SAM)
    with pytest.raises(GivenRefused, match="high, normal, low"):
        engine.tasks.prioritise(task(engine, "a", 1), "9", "Now.", BOSS)


def test_what_is_due_rests_no_longer(engine: Engine) -> None:
    engine.tasks.rest(task(engine, "a", 1), date(2026, 9, 16), SAM)
    clock_of(engine).advance(timedelta(days=12))
    assert names(inbox(engine)) == ["Call", "Wait"]
