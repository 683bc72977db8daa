"""The figures that are kept are those of the rows: whatever happens to cases, and whenever a worker counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from random import Random
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select

from engine import Config, Engine, Relocate, Scope, queries
from engine.calendar.timers import ZONE
from engine.people.authorities import Authority
from engine.queries import ALWAYS, Period, Statistics
from engine.queries.figures import DAY, LOOKED_AT, MONTH, YEAR, spans, whole
from engine.services.migrations import Move
from engine.store.tables import CaseFigure, Figure, History, ProcessInstance, TouchedCase
from tests.engine.running import NOW, clock_of, deploy, role, running, task
from tests.engine.spiff.cases import bpmn

BOSS = Scope("town", frozenset({"boss"}), "bo", oversees=True)
INNER = bpmn('<startEvent id="s"/><userTask id="inner"/><endEvent id="e"/>', "s>inner inner>e", key="q")
FIRST = bpmn(
    '<startEvent id="s"/><userTask id="a" camunda:dueDate="P2D"/><exclusiveGateway id="g" default="f_g_c"/>'
    '<userTask id="b"/><callActivity id="c" calledElement="q"/><userTask id="m"><multiInstanceLoopCharacteristics '
    'isSequential="true"><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics></userTask>'
    '<exclusiveGateway id="h" default="f_h_e"/><endEvent id="e"/>',
    "s>a a>g g>b[way = 1] g>m[way = 3] g>c b>h c>h m>h h>a[way = 1] h>e",
)
SECOND = FIRST.replace(b'id="b"', b'id="b" name="Support"')
DAYS = st.dates(date(2020, 1, 1), date(2030, 1, 1))


@pytest.fixture
def engine(database_url: str) -> Engine:
    home = Authority("town", "Town", "", "town", {"boss": role("boss", "manage")}, (), {})
    made = running(database_url, config=Config(authorities={"town": home}))
    deploy(made, INNER, "q", "town")
    deploy(made, FIRST, authority="town")
    return made


def begin(engine: Engine, luck: Random) -> None:
    engine.cases.start("p", authority="town")


def answer(engine: Engine, luck: Random) -> None:
    waiting = engine.tasks.open()
    if waiting:
        engine.tasks.complete(luck.choice(waiting).id, {"way": luck.randint(1, 3)}, by="sam")


def wait(engine: Engine, luck: Random) -> None:
    clock_of(engine).set(engine.clock.now() + timedelta(hours=luck.choice([1, 20, 200, 2000])))


def relocate(engine: Engine, luck: Random) -> None:
    for case in live(engine):
        stands = [each for each in engine.interventions.standing(case, BOSS) if each.targets]
        if stands:
            stand = luck.choice(stands)
            change = Relocate(stand.token, luck.choice(stand.targets).element, alone=luck.random() < 0.5)
            engine.interventions.make(case, change, "They agreed", BOSS)
            return


def cancel(engine: Engine, luck: Random) -> None:
    found = live(engine)
    if found:
        engine.cases.cancel(luck.choice(found), "The school closed", by=BOSS)


def migrate(engine: Engine, luck: Random) -> None:
    with engine.reading(BOSS) as session:
        latest = queries.latest_definition(session, "p").id
    engine.migrations.begin(latest, "A better name.", "owner", Move({}))
    engine.jobs.run_due()


def count(engine: Engine, luck: Random) -> None:
    engine.figures.follow()


def live(engine: Engine) -> list[int]:
    with engine.reading(BOSS) as session:
        return list(session.scalars(select(ProcessInstance.id).where(ProcessInstance.status == "active")))


def everything(engine: Engine) -> list[Statistics]:
    """The figures of all versions, over several periods."""
    past = NOW + timedelta(days=3), NOW + timedelta(days=40)
    periods = ALWAYS, Period(past[0], None), Period(None, past[1]), Period(*past)
    with engine.reading(BOSS) as session:
        versions = [row.id for key in "pq" for row in queries.versions(session, key)]
        return [
            queries.process_statistics(session, version, period, engine.clock.now())
            for version in versions
            for period in periods
        ]


def forget(engine: Engine) -> None:
    """All that is kept is gone: figures are made of the rows of all cases."""
    with engine.transactions.writing(Scope.all_authorities()) as session:
        for table in (Figure, CaseFigure, TouchedCase):
            session.execute(delete(table))
        cases = session.execute(select(ProcessInstance.id, ProcessInstance.authority))
        session.execute(insert(TouchedCase), [{"instance_id": case, "authority": home} for case, home in cases])


@pytest.mark.parametrize("seed", range(4))
def test_what_is_kept_is_what_the_rows_say(engine: Engine, seed: int) -> None:
    luck = Random(seed)
    acts: list[Callable[[Engine, Random], None]] = [begin, begin, answer, answer, answer, answer, wait, wait]
    for _ in range(60):
        luck.choice([*acts, relocate, cancel, count])(engine, luck)
    deploy(engine, SECOND, authority="town")
    migrate(engine, luck)
    some = everything(engine)
    engine.figures.follow()
    kept = everything(engine)
    forget(engine)
    assert some == kept
    assert kept == everything(engine)


def test_the_times_are_those_of_the_history(engine: Engine) -> None:
    luck = Random(7)
    for act in [begin] * 5 + [answer, wait] * 20:
        act(engine, luck)
    engine.figures.follow()
    with engine.reading(BOSS) as session:
        lines = session.execute(select(History).where(History.element == "a", History.how == "completed")).scalars()
        took = [whole((each.ended - (each.entered or each.ended)).total_seconds()) for each in lines]
    visit = everything(engine)[0].steps[0]
    assert (visit.element, visit.done) == ("a", len(took))
    assert visit.median == median(took)
    assert visit.most == sorted(took)[(len(took) * 9 + 9) // 10 - 1]


def test_it_is_counted_once(engine: Engine) -> None:
    engine.cases.start("p", authority="town")
    assert engine.figures.follow() > 0
    assert engine.figures.follow() == 0


def test_a_case_from_which_somebody_is_barred_is_left_out(engine: Engine) -> None:
    for _ in range(2):
        engine.cases.start("p", authority="town")
    engine.conflicts.bar(1, "bo", "Her sister is the head", BOSS)
    engine.figures.follow()
    assert everything(engine)[0].live == 1


def test_it_is_said_how_many_cases_wait_to_be_counted(engine: Engine) -> None:
    case = engine.cases.start("p", authority="town")
    with engine.transactions.writing(Scope.all_authorities()) as session:
        session.execute(insert(TouchedCase), [{"instance_id": case, "authority": "town"}] * LOOKED_AT)
    assert (everything(engine)[0].live, everything(engine)[0].uncounted) == (0, 1)
    engine.figures.follow()
    assert (everything(engine)[0].live, everything(engine)[0].uncounted) == (1, 0)


def test_what_is_nothing_is_not_kept(engine: Engine) -> None:
    engine.cases.start("p", authority="town")
    engine.figures.follow()
    engine.tasks.complete(task(engine, "a"), {"way": 1}, by="sam")
    engine.figures.follow()
    with engine.reading() as session:
        assert session.scalars(select(Figure.number).where(Figure.number <= 0)).all() == []


@given(DAYS, st.integers(0, 2000))
def test_spans_are_the_days_and_each_once(first: date, number: int) -> None:
    last = first + timedelta(days=number)
    days = [day for grain, begin, end in spans(first, last) for day in _days(grain, begin, end)]
    assert days == [first + timedelta(days=each) for each in range(number)]


def _days(grain: str, begin: date, end: date) -> list[date]:
    if grain == YEAR:
        after = date(end.year + 1, 9, 1)
    else:
        after = (end.replace(day=28) + timedelta(days=4)).replace(day=1) if grain == MONTH else end + timedelta(days=1)
    assert grain in (DAY, MONTH, YEAR)
    return [begin + timedelta(days=each) for each in range((after - begin).days)]


def test_few_spans_make_many_years() -> None:
    assert len(spans(date(2019, 3, 14), date(2030, 6, 2))) == 5


@pytest.mark.parametrize(
    ("seconds", "shown"), [(59.4, 0), (59.6, 60), (3_599.4, 3_540), (7_199.9, 7_200), (90_000, 86_400)]
)
def test_lengths_are_whole_minutes_hours_or_days(seconds: float, shown: int) -> None:
    assert whole(seconds) == shown


def test_a_day_is_london_s(engine: Engine) -> None:
    clock_of(engine).set(datetime(2026, 9, 9, 23, 30, tzinfo=ZONE))
    engine.cases.start("p", authority="town")
    with engine.reading(BOSS) as session:
        day = queries.latest_definition(session, "p").id
        midnight = datetime(2026, 9, 10, tzinfo=ZONE)
        before = queries.process_statistics(session, day, Period(None, midnight), engine.clock.now())
        after = queries.process_statistics(session, day, Period(midnight, None), engine.clock.now())
    assert (before.began, after.began) == (1, 0)
