"""Proof of policy: what became of each clause in each case."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from engine import Engine, Scope, queries
from engine.queries import ALWAYS, Period, ProofRow, Tally
from engine.queries.proof import outcome_of
from tests.engine.running import DAY, NOW, Statements, clock_of, deploy, running, task
from tests.engine.spiff.cases import bpmn, prop

SEO = Scope("town", frozenset({"seo"}), "sam")
SCHOOLS = b"urn,name,phase,type\n100001,Sampleby,primary,community\n100002,Madeup Lane,primary,academy\n"
VISIT = bpmn(
    prop(cases="many")
    + '<startEvent id="s"/>'
    + f'<userTask id="a" name="Visit" camunda:candidateGroups="seo" camunda:dueDate="P2D">{prop(clause="X-1 X-2")}</userTask>'
    + f'<task id="t" name="Tell">{prop(clause="X-3")}</task>'
    + f'<userTask id="b" name="Look" camunda:candidateGroups="seo">{prop(clause="X-4")}</userTask><endEvent id="e"/>',
    "s>a a>t t>b b>e",
    key="visit",
)


@pytest.fixture
def engine(database_url: str) -> Engine:
    engine = running(database_url)
    engine.schools.import_file(SCHOOLS, "town")
    deploy(engine, VISIT, "visit", "town")
    return engine


def begun(engine: Engine, school: str = "100001") -> int:
    return engine.cases.start("visit", by=SEO, school=school)


def after(engine: Engine, days: int) -> None:
    clock_of(engine).set(NOW + days * DAY)


def tallies(engine: Engine, period: Period = ALWAYS, school: str = "") -> dict[str, Tally]:
    with engine.reading(SEO) as session:
        return dict(queries.proof_tallies(session, engine.clock.now(), period, school))


def rows(engine: Engine, *clauses: str, school: str = "", period: Period = ALWAYS) -> list[ProofRow]:
    with engine.reading(SEO) as session:
        return queries.proof_rows(session, clauses, engine.clock.now(), period, school)


def outcomes(found: list[ProofRow]) -> list[tuple[str, int]]:
    return [(row.outcome, row.late) for row in found]


def test_done_by_the_end_of_its_day_is_on_time_and_later_is_late(engine: Engine) -> None:
    for days in (2, 5):
        case = begun(engine)
        after(engine, days)
        engine.tasks.complete(task(engine, "a", case), {}, by="sam")
        after(engine, 0)
    assert outcomes(rows(engine, "X-1")) == [("on time", 0), ("late", 3)]


def test_what_is_due_and_not_done_is_late_until_today(engine: Engine) -> None:
    begun(engine)
    after(engine, 4)
    assert outcomes(rows(engine, "X-1")) == [("not done", 2)]


def test_what_is_not_due_yet_waits_and_what_was_withdrawn_in_time_is_no_failing(engine: Engine) -> None:
    case = begun(engine)
    assert outcomes(rows(engine, "X-1")) == [("waiting", 0)]
    engine.cases.cancel(case, "Mistake", by=SEO)
    assert outcomes(rows(engine, "X-1")) == [("withdrawn", 0)]


def test_what_was_withdrawn_after_its_day_was_not_done(engine: Engine) -> None:
    case = begun(engine)
    after(engine, 3)
    engine.cases.cancel(case, "Mistake", by=SEO)
    assert outcomes(rows(engine, "X-1")) == [("not done", 1)]


def test_a_step_that_is_no_task_is_done_when_it_happens(engine: Engine) -> None:
    case = begun(engine)
    assert rows(engine, "X-3") == []
    engine.tasks.complete(task(engine, "a", case), {}, by="sam")
    [told] = rows(engine, "X-3")
    assert (told.outcome, told.name, told.done) == ("done", "Tell", NOW)


def test_a_row_names_case_step_version_and_person(engine: Engine) -> None:
    case = begun(engine)
    engine.tasks.complete(task(engine, "a", case), {}, by="sam")
    [row] = rows(engine, "X-2")
    assert (row.case, row.name, row.version, row.by, row.school_name) == (case, "Visit", 1, "sam", "Sampleby")
    assert row.roles == ("seo",)


def test_a_task_that_carries_two_clauses_counts_for_both(engine: Engine) -> None:
    engine.tasks.complete(task(engine, "a", begun(engine)), {}, by="sam")
    found = tallies(engine)
    assert (found["X-1"].due, found["X-2"].due) == (1, 1)
    assert len(rows(engine, "X-1", "X-2")) == 1


def test_tallies_say_how_late_and_of_a_hundred_how_many_were_kept(engine: Engine) -> None:
    for days in (1, 3, 7, 9):
        case = begun(engine)
        after(engine, days)
        engine.tasks.complete(task(engine, "a", case), {}, by="sam")
        after(engine, 0)
    found = tallies(engine)["X-1"]
    assert (found.due, found.kept, found.median, found.worst) == (4, 25, 5, 7)
    assert tallies(engine)["X-4"].counts["waiting"] == 4
    assert tallies(engine)["X-4"].kept is None


def test_a_period_counts_what_fell_due_in_it(engine: Engine) -> None:
    begun(engine)
    after(engine, 10)
    assert tallies(engine, Period(NOW + DAY, NOW + 3 * DAY))["X-1"].due == 1
    assert rows(engine, "X-1", period=Period(None, NOW + DAY)) == []


def test_what_was_overdue_when_the_period_began_counts_in_it(engine: Engine) -> None:
    case = begun(engine)
    after(engine, 10)
    later = Period(NOW + 5 * DAY, None)
    assert outcomes(rows(engine, "X-1", period=later)) == [("not done", 8)]
    engine.tasks.complete(task(engine, "a", case), {}, by="sam")
    assert tallies(engine, later)["X-1"].counts["late"] == 1
    assert "X-1" not in tallies(engine, Period(NOW + 11 * DAY, None))


#: A task that serves a clause, and a split, a look-up and a script that carry clauses beside it or alone.
LOOKS_UP = (
    "<extensionElements><camunda:inputOutput>"
    '<camunda:inputParameter name="process">decides</camunda:inputParameter></camunda:inputOutput>'
    '<camunda:properties><camunda:property name="clause" value="Y-1"/></camunda:properties></extensionElements>'
)
DECIDES = bpmn(
    prop(cases="many")
    + f'<startEvent id="s"/><parallelGateway id="g" name="Split">{prop(clause="Y-1 Y-2")}</parallelGateway>'
    + '<serviceTask id="l" name="Look up" camunda:type="external" camunda:topic="live-cases" camunda:resultVariable="r">'
    + f'{LOOKS_UP}</serviceTask><scriptTask id="n" name="Note" scriptFormat="feel" camunda:resultVariable="x">'
    + f'{prop(clause="Y-1")}<script>= 1</script></scriptTask><parallelGateway id="j"/>'
    + f'<userTask id="u" name="Act" camunda:dueDate="P2D">{prop(clause="Y-1 Y-3", clausePartly="Y-3")}</userTask>'
    + '<endEvent id="e"/>',
    "s>g g>l g>n l>j n>j j>u u>e",
    key="decides",
)


def test_gateways_scripts_and_look_ups_are_no_duties_done_where_an_act_carries_the_clause(engine: Engine) -> None:
    deploy(engine, DECIDES, "decides", "town")
    engine.cases.start("decides", by=SEO, school="100001")
    assert [(row.name, row.outcome) for row in rows(engine, "Y-1")] == [("Act", "waiting")]
    assert tallies(engine)["Y-1"].counts["done"] == 0


def test_what_only_a_gateway_carries_is_decided_and_not_done(engine: Engine) -> None:
    deploy(engine, DECIDES, "decides", "town")
    engine.cases.start("decides", by=SEO, school="100001")
    assert [(row.name, row.outcome) for row in rows(engine, "Y-2")] == [("Split", "decided")]
    assert tallies(engine)["Y-2"].counts["decided"] == 1
    assert tallies(engine)["Y-2"].due == 0


def test_what_carries_a_clause_in_part_never_counts_for_it(engine: Engine) -> None:
    deploy(engine, DECIDES, "decides", "town")
    engine.cases.start("decides", by=SEO, school="100001")
    after(engine, 9)
    assert rows(engine, "Y-3") == []
    assert "Y-3" not in tallies(engine)
    with engine.reading(SEO) as session:
        assert [(row.name, row.partly) for row in queries.coverage(session)["Y-3"]] == [("Act", True)]


def test_it_is_narrowed_to_a_school(engine: Engine) -> None:
    begun(engine)
    begun(engine, "100002")
    assert tallies(engine, school="100002")["X-1"].counts["waiting"] == 1
    assert [row.school_urn for row in rows(engine, "X-1", school="100001")] == ["100001"]


def test_an_older_version_s_cases_count_too(engine: Engine) -> None:
    begun(engine)
    deploy(engine, VISIT.replace(b"Tell", b"Tell them"), "visit", "town")
    begun(engine, "100002")
    assert sorted(row.version for row in rows(engine, "X-1")) == [1, 2]


def test_more_cases_take_no_more_statements(engine: Engine) -> None:
    asked = []
    for _ in range(3):
        begun(engine)
        with Statements(engine) as statements:
            tallies(engine)
            rows(engine, "X-1")
        asked.append(len(statements.sent))
    assert asked[1] == asked[2]


@pytest.mark.parametrize(
    ("status", "due", "ended", "said"),
    [
        ("completed", None, NOW, ("done", 0)),
        ("open", None, None, ("waiting", 0)),
        ("cancelled", None, NOW, ("withdrawn", 0)),
        # Due at eight in the morning: whatever the hour, it is in time on that day and late on the next.
        ("completed", NOW, NOW + timedelta(hours=14), ("on time", 0)),
        ("completed", NOW, NOW + timedelta(hours=15), ("late", 1)),
    ],
)
def test_what_is_due_on_a_day_is_in_time_until_its_end(
    status: str, due: datetime | None, ended: datetime | None, said: tuple[str, int]
) -> None:
    assert outcome_of(status, due, ended, NOW) == said
