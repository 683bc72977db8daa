"""Trends: how long steps and cases took, and what was done in time, span by span, told apart by phase and adviser."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from engine import Config, Engine, NewDates, Scope, queries
from engine.people.authorities import Authority
from engine.queries import InTimeRow, Span
from tests.engine.running import DAY, NOW, Statements, clock_of, deploy, role, running, task
from tests.engine.spiff.cases import bpmn

BOSS = Scope("town", frozenset({"director"}), "boss", oversees=True)
SCHOOLS = (
    "urn,name,phase,type,link_adviser\n100001,Elm,primary,community,ann\n100002,Oak,primary,academy,\n"
    "100003,Fir,secondary,academy,ann\n"
)
HOUR = timedelta(hours=1)
PROCESS = bpmn(
    '<startEvent id="s"/><userTask id="a" name="Visit" camunda:dueDate="P5D"/><userTask id="b" name="Decide" camunda:dueDate="P30D"/>'
    '<endEvent id="e"/>',
    "s>a a>b b>e",
)
SPANS = (Span("first", NOW, NOW + 10 * DAY), Span("second", NOW + 10 * DAY, NOW + 20 * DAY))


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """Elm was visited after a day, Oak after four and Fir after twelve; Elm's case was decided on another day, and is completed."""
    home = Authority("town", "Town", "", "town", {"director": role("director", "manage")}, (), {})
    made = running(database_url, config=Config(authorities={"town": home}))
    made.schools.import_file(SCHOOLS.encode(), "town")
    deploy(made, PROCESS, authority="town")
    for urn in ("100001", "100002", "100003"):
        made.cases.start("p", school=urn, by=BOSS)
    for days, element, case in ((1, "a", 1), (2, "b", 1), (4, "a", 2), (12, "a", 3)):
        clock_of(made).set(NOW + days * DAY)
        made.tasks.complete(task(made, element, case), {}, by=BOSS)
    yield made
    made.dispose()


def days(rows: list[queries.TookRow]) -> list[tuple[str, int, int, float, float]]:
    return [
        (row.group, row.span, row.number, round(row.median / 86_400, 1), round(row.most / 86_400, 1)) for row in rows
    ]


def test_steps_are_those_at_which_time_passes(engine: Engine) -> None:
    with engine.reading(BOSS) as session:
        assert queries.trend_steps(session, "p") == {"a": "Visit", "b": "Decide"}
        assert queries.trend_steps(session, "none") == {}


def test_each_step_says_how_long_it_took_in_the_span_in_which_it_ended(engine: Engine) -> None:
    with engine.reading(BOSS) as session:
        found = days(queries.steps_took(session, "p", SPANS))
    assert found == [("a", 0, 2, 2.5, 4), ("a", 1, 1, 12, 12), ("b", 0, 1, 1, 1)]


def test_cases_say_how_long_they_took_from_their_beginning_until_a_step(engine: Engine) -> None:
    with engine.reading(BOSS) as session:
        assert days(queries.cases_took(session, "p", "b", SPANS)) == [("", 0, 1, 2, 2)]
        assert days(queries.cases_took(session, "p", "", SPANS)) == [("", 0, 1, 2, 2)]


def test_they_are_told_apart_by_phase_and_by_adviser(engine: Engine) -> None:
    with engine.reading(BOSS) as session:
        phases = days(queries.cases_took(session, "p", "a", SPANS, "phase"))
        advisers = days(queries.cases_took(session, "p", "a", SPANS, "adviser"))
    assert phases == [("primary", 0, 2, 2.5, 4), ("secondary", 1, 1, 12, 12)]
    assert advisers == [("", 0, 1, 4, 4), ("ann", 0, 1, 1, 1), ("ann", 1, 1, 12, 12)]


def test_what_was_done_in_time_is_counted_against_what_had_a_date(engine: Engine) -> None:
    with engine.reading(BOSS) as session:
        assert queries.done_in_time_by(session, "p", SPANS) == [InTimeRow("", 0, 3, 3), InTimeRow("", 1, 1, 0)]
        assert queries.done_in_time_by(session, "", SPANS, "phase") == [
            InTimeRow("primary", 0, 3, 3),
            InTimeRow("secondary", 1, 1, 0),
        ]
        assert queries.done_in_time_by(session, "other", SPANS) == []


def test_a_moved_date_keeps_no_policy(engine: Engine) -> None:
    late = engine.cases.start("p", school="100001", by=BOSS)
    ident = task(engine, "a", late)
    with engine.reading(BOSS) as session:
        token = next(row.token for row in queries.open_tasks(session, late))
    engine.interventions.make(late, NewDates({token: (NOW + 50 * DAY).date()}), "More time.", BOSS)
    clock_of(engine).set(NOW + 19 * DAY)
    engine.tasks.complete(ident, {}, by=BOSS)
    with engine.reading(BOSS) as session:
        assert queries.done_in_time_by(session, "p", SPANS[1:]) == [InTimeRow("", 0, 2, 0)]


def test_another_authority_counts_nothing_of_it(engine: Engine) -> None:
    with engine.reading(Scope("city", frozenset({"director"}), "eve", oversees=True)) as session:
        assert queries.done_in_time_by(session, "", SPANS) == []
        assert queries.cases_took(session, "p", "", SPANS) == []


def test_the_number_of_statements_does_not_grow_with_the_spans(engine: Engine) -> None:
    many = [Span(str(n), NOW + n * HOUR, NOW + (n + 1) * HOUR) for n in range(18)]
    counted = []
    for spans in (SPANS, many):
        with engine.reading(BOSS) as session, Statements(engine) as statements:
            queries.steps_took(session, "p", spans)
            queries.cases_took(session, "p", "a", spans, "phase")
        counted.append(len(statements.sent))
    assert counted[0] == counted[1]
