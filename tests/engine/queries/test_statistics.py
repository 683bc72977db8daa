"""All cases of a version together: where they are, how long its steps take, which ways its gateways go."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import literal, select

from engine import Engine, Scope, queries
from engine.calendar.timers import ZONE
from engine.errors import DefinitionNotFound
from engine.queries import ALWAYS, InstanceFilters, Period, Spot, Statistics
from engine.queries.moments import london_day
from engine.store.tables import UserTask
from tests.engine.running import DAY, MESSAGES, NOW, Statements, clock_of, deploy, running, task
from tests.engine.spiff.cases import bpmn

HOUR = timedelta(hours=1)
Found = Callable[..., Statistics]
TICKS = (timedelta(), timedelta(microseconds=1))
ME = Scope("town", frozenset({"seo"}), "sam", oversees=True)
CALLED = bpmn('<startEvent id="s"/><userTask id="inner" name="Inner"/><endEvent id="e"/>', "s>inner inner>e", key="q")
CHOICE = bpmn(
    '<startEvent id="s"/><userTask id="a" name="Visit" camunda:dueDate="P2D"/><exclusiveGateway id="g" name="Which?" default="f_g_c"/>'
    '<userTask id="b" name="Support"/><callActivity id="c" name="Challenge" calledElement="q"/><endEvent id="e"/>',
    "s>a a>g g>b[way = 1] g>c b>e c>e",
)
TWICE = bpmn(
    '<startEvent id="s"/><callActivity id="one" name="One" calledElement="q"/><callActivity id="two" name="Two" calledElement="q"/>'
    '<endEvent id="e"/>',
    "s>one one>two two>e",
    key="twice",
)
RACE = bpmn(
    '<startEvent id="s"/><eventBasedGateway id="g" name="What happens?"/><intermediateCatchEvent id="m" name="Answer">'
    '<messageEventDefinition messageRef="m1"/></intermediateCatchEvent><intermediateCatchEvent id="t" name="Late">'
    "<timerEventDefinition><timeDuration>P9D</timeDuration></timerEventDefinition></intermediateCatchEvent>"
    '<userTask id="a" name="After"/><endEvent id="e"/>',
    "s>g g>m g>t m>a t>a a>e",
    MESSAGES,
    "race",
)
REPEATED = bpmn(
    '<startEvent id="s"/><exclusiveGateway id="g" name="Any?" default="f_g_e"/><userTask id="m" name="Each">'
    '<multiInstanceLoopCharacteristics isSequential="true"><loopCardinality>3</loopCardinality>'
    '</multiInstanceLoopCharacteristics></userTask><endEvent id="e"/>',
    "s>g g>m[1 = 1] g>e m>e",
    key="repeated",
)


@pytest.fixture
def engine(database_url: str) -> Engine:
    """Five cases: three have been visited, after an hour, two hours and four days; two of these went to support."""
    engine = running(database_url)
    deploy(engine, CALLED, "q", "town")
    deploy(engine, CHOICE, authority="town")
    cases = [engine.cases.start("p", authority="town") for _ in range(5)]
    for case, after, way in ((cases[0], HOUR, 1), (cases[1], 2 * HOUR, 1), (cases[2], 4 * DAY, 2)):
        clock_of(engine).set(NOW + after)
        engine.tasks.complete(task(engine, "a", case), {"way": way}, by="sam")
    engine.tasks.complete(task(engine, "b", cases[0]), by="sam")
    return engine


@pytest.fixture(params=["anew", "kept"])
def counts(request: pytest.FixtureRequest) -> bool:
    """Whether a worker has counted all cases before anybody asks."""
    return bool(request.param == "kept")


@pytest.fixture
def found(engine: Engine, counts: bool) -> Found:
    def asked(period: Period = ALWAYS, key: str = "p") -> Statistics:
        if counts:
            engine.figures.follow()
        return statistics(engine, period, key)

    return asked


def statistics(engine: Engine, period: Period = ALWAYS, key: str = "p") -> Statistics:
    with engine.reading(ME) as session:
        row = queries.latest_definition(session, key)
        return queries.process_statistics(session, row.id, period, clock_of(engine).now())


def test_how_many_cases_are_where_and_late(found: Found) -> None:
    here = {step.name: (step.here, step.late) for step in found().steps}
    assert here == {"Visit": (2, 2), "Support": (1, 0), "Challenge": (1, 0)}


def test_what_is_late_in_a_called_process_is_late_at_the_step_that_calls_it(engine: Engine) -> None:
    deploy(engine, CALLED.replace(b'name="Inner"', b'name="Inner" camunda:dueDate="P1D"'), "q", "town")
    deploy(engine, TWICE, "twice", "town")
    first, second = (engine.cases.start("twice", authority="town") for _ in range(2))
    engine.tasks.complete(task(engine, "inner", first), by="sam")
    clock_of(engine).set(NOW + 9 * DAY)
    assert {step.name: (step.here, step.late) for step in statistics(engine, key="twice").steps} == {
        "One": (1, 1),
        "Two": (1, 1),
    }
    engine.tasks.complete(task(engine, "inner", second), by="sam")
    assert {step.name: (step.here, step.late) for step in statistics(engine, key="twice").steps} == {
        "One": (0, 0),
        "Two": (2, 1),
    }


def test_how_many_are_live_began_and_ended(found: Found) -> None:
    row = found()
    assert (row.live, row.began, row.ended) == (4, 5, 1)


def test_how_long_half_of_them_took_and_nine_of_ten(found: Found) -> None:
    visit = found().steps[0]
    assert visit.done == 3
    assert visit.median == pytest.approx(2 * 3600, abs=1)
    assert visit.most == pytest.approx(4 * 86_400, abs=1)


def test_the_median_of_an_even_number_is_between_the_two_in_the_middle(found: Found) -> None:
    visit = found(Period(None, NOW + DAY)).steps[0]
    assert visit.done == 2
    assert visit.median == pytest.approx(1.5 * 3600, abs=1)


def test_how_many_were_done_in_time(found: Found) -> None:
    visit = found().steps[0]
    assert (visit.dated, visit.on_time) == (3, 2)


def test_which_ways_a_gateway_went(found: Found) -> None:
    [gateway] = found().gateways
    assert [(way.target, way.times, way.share) for way in gateway.ways] == [("Support", 2, 67), ("Challenge", 1, 33)]


def test_a_way_counts_from_when_the_gateway_was_passed(found: Found) -> None:
    [gateway] = found(Period(NOW + 3 * DAY, None)).gateways
    assert [(way.target, way.times) for way in gateway.ways] == [("Challenge", 1), ("Support", 0)]


def test_a_called_process_is_named_with_its_cases(found: Found) -> None:
    challenge = found().steps[2]
    assert (challenge.called, challenge.here) == (("q", 1), 1)


def test_a_called_process_has_the_cases_of_those_that_call_it(found: Found) -> None:
    row = found(key="q")
    assert [(step.name, step.here) for step in row.steps] == [("Inner", 1)]
    assert (row.called, row.inside, row.live) == (True, 1, 0)


def test_two_steps_that_call_the_same_process_are_told_apart(engine: Engine, found: Found) -> None:
    deploy(engine, TWICE, "twice", "town")
    first, second = (engine.cases.start("twice", authority="town") for _ in range(2))
    engine.tasks.complete(task(engine, "inner", first), by="sam")
    engine.tasks.complete(task(engine, "inner", second), by="sam")
    engine.cases.start("twice", authority="town")
    assert {step.name: step.here for step in found(key="twice").steps} == {"One": 1, "Two": 2}


def test_the_list_of_cases_has_those_of_a_place_and_no_others(engine: Engine) -> None:
    with engine.reading(ME) as session:
        listed = [
            [row.id for row in queries.instances(session, InstanceFilters(spot=Spot(key, 1, element))).items]
            for key, element in (("p", "c"), ("q", "inner"), ("p", "b"), ("p", "inner"), ("nothing", "a"))
        ]
    assert listed == [[3], [3], [2], [], []]


def test_of_several_events_that_are_awaited_the_one_that_happened_counts(engine: Engine, found: Found) -> None:
    deploy(engine, RACE, "race", "town")
    case = engine.cases.start("race", authority="town")
    assert [way.times for way in found(key="race").gateways[0].ways] == [0, 0]
    engine.messages.correlate("reply", {"businessKey": engine.cases.get(case).business_key}, authority="town")
    assert [(way.target, way.times) for way in found(key="race").gateways[0].ways] == [
        ("Answer", 1),
        ("Late", 0),
    ]


def test_a_way_to_a_step_that_is_repeated_counts_once_a_case(engine: Engine, found: Found) -> None:
    deploy(engine, REPEATED, "repeated", "town")
    case = engine.cases.start("repeated", authority="town")
    for _ in range(3):
        engine.tasks.complete(task(engine, "m", case), by="sam")
    assert [(way.target, way.times) for way in found(key="repeated").gateways[0].ways] == [
        ("Each", 1),
        ("e", 0),
    ]


def test_a_task_is_in_time_until_the_end_of_its_day_in_london(engine: Engine, found: Found) -> None:
    # Due on 9 September at 9am; at 11.30pm UTC it is the next day in London.
    clock_of(engine).set(datetime(2026, 9, 9, 22, 30, tzinfo=UTC))
    engine.tasks.complete(task(engine, "a", 4), {"way": 1}, by="sam")
    clock_of(engine).set(datetime(2026, 9, 9, 23, 30, tzinfo=UTC))
    engine.tasks.complete(task(engine, "a", 5), {"way": 1}, by="sam")
    visit = found().steps[0]
    assert (visit.dated, visit.on_time) == (5, 3)


@pytest.mark.parametrize("year", [2024, 2026, 2030])
def test_the_database_knows_the_days_of_london(engine: Engine, year: int) -> None:
    nights = [datetime(year, month, day, 22, tzinfo=UTC) for month in (3, 10) for day in range(24, 32)]
    nights += [datetime(year, month, 14, 22, tzinfo=UTC) for month in (1, 2, 4, 7, 12)]
    moments = [night + half * timedelta(minutes=30) - tick for night in nights for half in range(8) for tick in TICKS]
    wrong = []
    with engine.reading(ME) as session:
        for moment in moments:
            said = session.scalar(select(london_day(session, literal(moment, UserTask.ended.type))))
            wrong += [moment] if str(said) != moment.astimezone(ZONE).date().isoformat() else []
    assert wrong == []


def test_only_what_ended_in_the_period_counts(found: Found) -> None:
    row = found(Period(NOW + 3 * DAY, None))
    assert (row.steps[0].done, row.began, row.live) == (1, 0, 4)
    assert found(Period(None, NOW)).steps[0].median is None


def test_another_authority_s_process_is_not_there(engine: Engine) -> None:
    with engine.reading(ME) as session:
        known = queries.latest_definition(session, "p").id
    with engine.reading(Scope("elsewhere", frozenset({"seo"}), "eve")) as session, pytest.raises(DefinitionNotFound):
        queries.process_statistics(session, known, ALWAYS, NOW)


def test_more_cases_take_no_more_statements(engine: Engine) -> None:
    sent = []
    for _ in range(3):  # what definitions say is read once and kept
        engine.cases.start("p", authority="town")
        with engine.reading(ME) as session, Statements(engine) as statements:
            row = queries.latest_definition(session, "p")
            queries.process_statistics(session, row.id, ALWAYS, NOW)
        sent.append(len(statements.sent))
    assert sent[1] == sent[2]
