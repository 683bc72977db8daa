"""What a manager sees first."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine import Config, Engine, Scope, queries
from engine.errors import AnswerKept
from engine.people.authorities import Authority, Role
from engine.queries import overview
from tests.engine.queries.test_cases import OUTER, PLAIN
from tests.engine.running import DAY, LATER, NOW, Statements, clock_of, deploy, running, task
from tests.engine.spiff.cases import bpmn, prop

SEO = Scope("town", frozenset({"seo"}), "sam")
BOSS = Scope("town", frozenset({"boss"}), "bo", oversees=True)
ROLES = {
    "seo": Role("seo", "Officer", "officer", frozenset(), "", ""),
    "boss": Role("boss", "Boss", "officer", frozenset({"manage"}), "", ""),
}
TOWN = Config(
    authorities={"town": Authority("town", "Town", "", "town", ROLES, (), {})},
    backoff=(timedelta(minutes=1),),
    attempts=4,
)
DATED = bpmn(
    prop(cases="many")
    + '<startEvent id="s"/><userTask id="a" name="Look" camunda:candidateGroups="seo" camunda:dueDate="P2D"/>'
    '<exclusiveGateway id="g" default="f_g_e"/><endEvent id="e"/>',
    "s>a a>g g>a[again = true] g>e",
    key="dated",
)
#: Calls the process that waits for a day.
CALLING = bpmn(
    '<startEvent id="s"/><callActivity id="c" name="Wait" calledElement="p"/><endEvent id="e"/>',
    "s>c c>e",
    key="calling",
)


@pytest.fixture
def engine(database_url: str) -> Engine:
    engine = running(database_url, config=TOWN)
    for key, xml in (("dated", DATED), ("plain", PLAIN), ("outer", OUTER), ("p", LATER)):
        deploy(engine, xml, key, "town")
    return engine


def told(engine: Engine) -> list[str]:
    with engine.reading(BOSS) as session:
        return [f"{row.subject}: {row.text}" for row in queries.notices(session, BOSS).items]


def failing_timer(engine: Engine) -> int:
    """A case whose timer fires into a gateway with no way out."""
    case = engine.cases.start("p", variables={"broken": True}, by=SEO)
    clock_of(engine).set(NOW + DAY + timedelta(minutes=1))
    engine.jobs.run_due()
    return case


def test_a_job_that_fails_is_told_of_at_its_first_try(engine: Engine) -> None:
    case = failing_timer(engine)
    [said] = told(engine)
    assert said.startswith(f"Something went wrong in case {case}")
    assert "It is tried again by itself." in said
    with engine.reading(BOSS) as session:
        [row] = overview.failing(session)
        assert overview.troubles(session) == []
    assert row.case == case
    assert row.next_try is not None


def test_it_is_told_of_once_and_stands_among_the_troubles_when_its_tries_are_over(engine: Engine) -> None:
    case = failing_timer(engine)
    for _ in range(4):
        clock_of(engine).set(engine.clock.now() + DAY)
        engine.jobs.run_due()
    assert len(told(engine)) == 1
    with engine.reading(BOSS) as session:
        assert [row.case for row in overview.troubles(session)] == [case]
        assert overview.failing(session) == []


def test_an_answer_with_which_a_case_cannot_go_on_is_told_of_at_once_and_once(engine: Engine) -> None:
    case = engine.cases.start("dated", by=SEO)
    for _ in range(2):
        with pytest.raises(AnswerKept):
            engine.tasks.complete(task(engine, "a", case), {"again": 5}, by="sam")
    [said] = told(engine)
    assert "The answer that was given is kept." in said


def test_late_tasks_are_counted_by_process_person_and_role(engine: Engine) -> None:
    mine, *_ = [engine.cases.start("dated", by=SEO) for _ in range(3)]
    engine.cases.start("plain", by=SEO)
    engine.tasks.claim(task(engine, "a", mine), by=SEO)
    with engine.reading(BOSS) as session:
        assert overview.late_tasks(session, NOW).total == 0
        late = overview.late_tasks(session, NOW + 4 * DAY)
    assert (late.total, late.cases, late.capped) == (3, 3, False)
    assert [(key, number) for _, key, number in late.processes] == [("dated", 3)]
    assert late.people == (("sam", 1),)
    assert late.roles == ((("seo",), 2),)


def test_cases_are_where_they_wait(engine: Engine) -> None:
    engine.cases.start("outer", by=SEO)
    engine.cases.start("plain", by=SEO)  # what others call may be started by itself, and is at no stage of theirs
    engine.cases.start("dated", by=SEO)
    engine.cases.start("dated", by=SEO)
    with engine.reading(BOSS) as session:
        found = {row.key: row for row in overview.where_cases_are(session)}
    assert found["dated"].cases == 2
    assert [(key, number) for key, _, number in found["outer"].stages] == [("plain", 1)]


def test_a_case_that_waits_for_a_date_is_at_its_stage_too(engine: Engine) -> None:
    deploy(engine, CALLING, "calling", "town")
    engine.cases.start("calling", by=SEO)
    with engine.reading(BOSS) as session:
        found = {row.key: row for row in overview.where_cases_are(session)}
    assert [(key, number) for key, _, number in found["calling"].stages] == [("p", 1)]


def test_what_is_new_is_counted_from_a_moment(engine: Engine) -> None:
    first = engine.cases.start("plain", by=SEO)
    clock_of(engine).set(NOW + 3 * DAY)
    engine.cases.start("plain", by=SEO)
    engine.cases.cancel(first, "Mistake", by=SEO)
    with engine.reading(BOSS) as session:
        new = overview.news(session, NOW + DAY)
    assert (new.began, new.ended, new.categories, new.changes, new.more) == (1, 1, 0, 0, False)


def test_more_cases_take_no_more_statements(engine: Engine) -> None:
    asked = []
    for number in (1, 1, 6):
        for _ in range(number):
            engine.cases.start("dated", by=SEO)
        with engine.reading(BOSS) as session, Statements(engine) as statements:
            overview.late_tasks(session, NOW + 9 * DAY)
            overview.where_cases_are(session)
            overview.troubles(session)
            overview.news(session, NOW)
        asked.append(len(statements.sent))
    assert asked[1] == asked[2]
