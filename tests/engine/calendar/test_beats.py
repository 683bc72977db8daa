"""Repeating timers count from their anchor: dates worked out by hand for three school years, and laws that hold for all."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from engine import Engine, queries
from engine.calendar import timers
from engine.calendar.files import Calendars
from engine.calendar.terms import bank_holidays
from engine.clock import VirtualClock
from engine.spiff import state
from engine.spiff.tree import Instance
from engine.steps import CalendarChanged, StepContext
from engine.store.tables import Job
from engine.store.tenancy import Scope
from tests.engine.spiff.cases import Case, bpmn, prop

ROOT = Path(__file__).resolve().parents[3]
BARNSLEY = Calendars(ROOT / "config/calendars")("barnsley")
LONDON = ZoneInfo("Europe/London")


def at(day: date | str, hour: int = 9) -> datetime:
    day = date.fromisoformat(day) if isinstance(day, str) else day
    return datetime.combine(day, time(hour), LONDON).astimezone(UTC)


def day_of(moment: datetime) -> date:
    return moment.astimezone(LONDON).date()


def follow(text: str, anchor: str, last: str, rule: str | None = None) -> list[str]:
    """The days of a cycle, each once, as a case or a start timer meets them."""
    timer, began = timers.parse(text), at(anchor)
    number, due = timer.following(began, 0, began, BARNSLEY, rule)
    found = []
    while day_of(due.at) <= date.fromisoformat(last):
        found.append(str(day_of(due.at)))
        number, due = timer.following(began, number, due.at, BARNSLEY, rule)
    return found


# Worked out with a diary and config/calendars/barnsley.csv. A comment says why a day is not the anchor's own.
MONTHLY_FROM_THE_7TH = """
2026-10-07 2026-11-09 2026-12-07 2027-01-07 2027-02-08 2027-03-08 2027-04-12 2027-05-07 2027-06-08 2027-07-07 2027-09-02
2027-09-07 2027-10-07 2027-11-08 2027-12-07 2028-01-07 2028-02-07 2028-03-07 2028-04-07 2028-05-08 2028-06-07 2028-07-07
2028-09-05 2028-09-07 2028-10-09 2028-11-07 2028-12-07 2029-01-08 2029-02-07 2029-03-07 2029-04-16 2029-05-08 2029-06-07
2029-07-09
"""  # 7 November 2026 is a Saturday in the break; 7 June 2027 an INSET day; 7 August lies in the holidays; 7 May 2029 is May Day

MONTHLY_FROM_THE_31ST = """
2027-03-01 2027-04-12 2027-04-30 2027-06-08 2027-06-30 2027-09-02 2027-09-30 2027-11-08 2027-11-30 2028-01-05 2028-01-31
2028-02-29 2028-03-31
"""  # 31 July and 31 August both move to 2 September: one round. 29 February and the 31st come back

WEEK_8_OF_EACH_HALF_TERM = """
2026-12-18 2027-02-12 2027-03-25 2027-05-28 2027-07-28 2027-10-20 2027-12-17 2028-02-18 2028-04-07 2028-05-26 2028-07-26
2028-10-20 2028-12-20 2029-02-09 2029-03-29 2029-05-25 2029-07-20
"""  # a half-term of fewer weeks: its last school day; where there is a week 8, its Wednesday

WEEK_2_OF_EACH_TERM = """
2027-01-11 2027-04-19 2027-09-06 2028-01-10 2028-05-02 2028-09-11 2029-01-08 2029-04-23
"""  # 1 May 2028 is May Day

EACH_MONDAY_AS_A_MEETING = """
2026-09-14 2026-09-21 2026-09-28 2026-10-05 2026-10-12 2026-10-19 2026-11-09 2026-11-16 2026-11-23 2026-11-30 2026-12-07
2026-12-14 2027-01-05 2027-01-11 2027-01-18 2027-01-25 2027-02-01 2027-02-08 2027-02-22
"""  # Mondays of a break and the first one after it are one meeting; 4 January 2027 is an INSET day

FIRST_SCHOOL_DAYS = """
2027-01-05 2027-04-12 2027-09-02 2028-01-05 2028-04-24 2028-09-05 2029-01-05 2029-04-16
"""

GOLDEN = [
    ("every month", "2026-09-07", "2029-07-31", None, MONTHLY_FROM_THE_7TH),
    ("R/P1M", "2026-09-07", "2027-02-28", None, "2026-10-07 2026-11-07 2026-12-07 2027-01-07 2027-02-07"),
    ("every month", "2027-01-31", "2028-03-31", None, MONTHLY_FROM_THE_31ST),
    ("R/P1M", "2027-12-31", "2028-05-01", None, "2028-01-31 2028-02-29 2028-03-31 2028-04-30"),
    ("every half-term", "2026-10-21", "2029-07-31", None, WEEK_8_OF_EACH_HALF_TERM),
    ("every term", "2026-09-07", "2029-07-31", None, WEEK_2_OF_EACH_TERM),
    ("every week", "2026-09-07", "2027-02-26", "meeting", EACH_MONDAY_AS_A_MEETING),
    ("every week", "2026-12-07", "2027-01-11", None, "2026-12-14 2026-12-21 2026-12-28 2027-01-04 2027-01-11"),
    ("every start of next term", "2026-09-07", "2029-07-31", None, FIRST_SCHOOL_DAYS),
    ("every 29 February", "2026-09-07", "2029-07-31", None, "2027-02-28 2028-02-29 2029-02-28"),
    ("R/P1Y", "2028-02-29", "2032-12-31", None, "2029-02-28 2030-02-28 2031-02-28 2032-02-29"),
    ("every 31 May", "2026-09-07", "2029-07-31", "meeting", "2027-06-08 2028-06-06 2029-06-05"),
    ("R/2026-09-07/P14D", "2026-10-01", "2026-11-10", None, "2026-10-05 2026-10-19 2026-11-02"),
]


@pytest.mark.parametrize(("text", "anchor", "last", "rule", "days"), GOLDEN)
def test_golden_dates_of_three_school_years(text: str, anchor: str, last: str, rule: str | None, days: str) -> None:
    assert follow(text, anchor, last, rule) == days.split()


def test_monthly_from_the_7th_is_on_the_7th_after_ten_years() -> None:
    due = timers.parse("every month").beat(120, at("2026-09-07"), BARNSLEY, "period")
    assert str(day_of(due.at)) == "2036-09-07"


# -- laws ---------------------------------------------------------------------------------------------------------

ANCHORS = st.dates(date(2026, 9, 2), date(2027, 7, 28))
CYCLES = ["every month", "every 2 months", "every week", "every 3 weeks", "every day", "every half-term", "every term"]


def is_school_day(day: date) -> bool:
    open_then = any(half.first <= day <= half.last for half in BARNSLEY.half_terms)
    return open_then and day.weekday() < 5 and day not in bank_holidays(day.year) and day not in BARNSLEY.inset_days


def nominal(text: str, anchor: date, number: int) -> date | None:
    """The day before any move, counted here by months and days alone; None where that takes the terms."""
    amount = next((int(word) for word in text.split() if word.isdigit()), 1) * number
    if "month" in text:
        month = anchor.month - 1 + amount
        first = date(anchor.year + month // 12, month % 12 + 1, 1)
        length = ((first + timedelta(days=31)).replace(day=1) - first).days
        return first.replace(day=min(anchor.day, length))
    days = {"week": 7, "weeks": 7, "day": 1}.get(text.split()[-1])
    return None if days is None else anchor + timedelta(days=days * amount)


@settings(deadline=None)
@given(ANCHORS, st.sampled_from(CYCLES), st.integers(1, 20))
def test_a_beat_never_drifts_and_is_on_a_school_day(anchor: date, text: str, number: int) -> None:
    due = timers.parse(text).beat(number, at(anchor), BARNSLEY, "meeting")
    day, wanted = day_of(due.at), nominal(text, anchor, number)
    assume(not due.estimated)
    assert is_school_day(day)
    if wanted is not None and is_school_day(wanted):
        assert day == wanted
    elif wanted is not None:
        assert f"{wanted.day} {wanted:%B %Y} is no school day, so it moves to" in due.why


@settings(deadline=None)
@given(ANCHORS, st.sampled_from([*CYCLES, "every start of next term", "R/P1M", "every 31 August"]))
def test_beats_never_go_backwards(anchor: date, text: str) -> None:
    timer = timers.parse(text)
    beats = [timer.beat(number, at(anchor), BARNSLEY, "meeting").at for number in range(1, 12)]
    assert all(one <= two for one, two in pairwise(beats))


@settings(deadline=None)
@given(ANCHORS, st.sampled_from(CYCLES), st.integers(0, 5), st.integers(0, 400))
def test_the_following_beat_is_the_one_that_counting_one_by_one_finds(
    anchor: date, text: str, number: int, days: int
) -> None:
    timer, after = timers.parse(text), at(anchor) + timedelta(days=days)
    counted = number + 1
    while timer.beat(counted, at(anchor), BARNSLEY).at <= after:
        counted += 1
    assert timer.following(at(anchor), number, after, BARNSLEY)[0] == counted


# -- inside a case ------------------------------------------------------------------------------------------------

REMINDED = (
    '<startEvent id="s"/><userTask id="a"/><endEvent id="e"/>'
    '<boundaryEvent id="t" attachedToRef="a" cancelActivity="false">{more}'
    "<timerEventDefinition><timeCycle>{cycle}</timeCycle></timerEventDefinition></boundaryEvent>"
    '<task id="remind"/><endEvent id="e2"/>'
)


class BarnsleyCase(Case):
    """A case that goes by Barnsley's calendar."""

    def context(self) -> StepContext:
        known = super().context()
        return StepContext(known.now, BARNSLEY, known.feel, known.decide)

    @property
    def beat(self) -> str:
        return str(day_of(self.now_out.timers[0].due))

    def rewrite(self, change: Any) -> None:
        """Change what is stored of the waiting timer, as an older version would have left it."""
        instance: Instance = state.load(self.definition, self.now_out.state, self.context())
        token = next(each for each in instance.tokens() if each.memo.beats)
        token.memo.beats[0] = change(token.memo.beats[0])
        object.__setattr__(self.out, "state", state.dump(instance))


def reminded(cycle: str, **properties: str) -> BarnsleyCase:
    more = prop(**properties) if properties else ""
    return BarnsleyCase(bpmn(REMINDED.format(cycle=cycle, more=more), "s>a a>e t>remind remind>e2")).start()  # type: ignore[return-value]


def test_a_boundary_cycle_comes_back_to_its_anchor() -> None:
    case = reminded("every month")
    found = [case.beat]
    for _ in range(33):
        case.fire("t")
        found.append(case.beat)
    assert found == MONTHLY_FROM_THE_7TH.split()


def test_beats_missed_in_a_stop_are_passed_over_and_counted() -> None:
    case = reminded("R5/P7D")
    case.now += timedelta(days=22)
    case.fire("t")
    assert case.beat == "2026-10-05", "the beats of 21 and 28 September are passed over"
    case.fire("t")
    assert case.beat == "2026-10-12"
    case.fire("t")
    assert not case.now_out.timers


def test_beats_missed_in_a_stop_are_made_up_where_the_diagram_says_so() -> None:
    case = reminded("every month", catchUp="every")
    case.now += timedelta(days=100)
    found = [case.fire("t").beat for _ in range(3)]  # type: ignore[attr-defined]
    assert found == ["2026-11-09", "2026-12-07", "2027-01-07"]


def test_a_calendar_that_changes_moves_the_waiting_beat_and_not_the_anchor() -> None:
    case = reminded("every month").fire("t")
    case.step(CalendarChanged())
    assert case.beat == "2026-11-09"  # type: ignore[attr-defined]
    assert case.fire("t").beat == "2026-12-07"  # type: ignore[attr-defined]


def test_a_beat_stored_before_beats_were_numbered_finds_its_anchor_again() -> None:
    case = reminded("every month").fire("t").fire("t")
    assert isinstance(case, BarnsleyCase)
    drifted = at("2026-12-09", 8)  # a month after the moved 9 November
    case.rewrite(lambda kept: replace(kept, due=drifted, anchor=at("2026-11-09", 8), words="every month", number=None))
    assert case.fire("t").beat == "2027-01-07"  # type: ignore[attr-defined]


def test_a_cycle_of_days_stored_before_beats_were_numbered_goes_on() -> None:
    case = reminded("R/P7D").fire("t")
    assert isinstance(case, BarnsleyCase)
    case.rewrite(lambda kept: replace(kept, anchor=None, words="", number=None))
    case.step(CalendarChanged())
    assert case.fire("t").beat == "2026-09-28"  # type: ignore[attr-defined]


# -- what starts by a timer ---------------------------------------------------------------------------------------

MONTHLY = bpmn(
    '<startEvent id="s"><timerEventDefinition><timeCycle>every month</timeCycle></timerEventDefinition></startEvent>'
    '<endEvent id="e"/>',
    "s>e",
)


def starts(engine: Engine) -> list[datetime]:
    with engine.reading() as session:
        return sorted(row.started for row in queries.instances(session, per_page=100).items)


def test_a_monthly_round_comes_36_times_in_36_months(engine: Engine, clock: VirtualClock) -> None:
    engine.deployments.deploy({"p.bpmn": MONTHLY}, "barnsley", strict=False)
    while (due := engine.jobs.next_due()) is not None and day_of(due) <= date(2029, 9, 7):
        clock.set(due)
        engine.jobs.run_due()
    found = [str(day_of(each)) for each in starts(engine)]
    assert found[:34] == MONTHLY_FROM_THE_7TH.split()
    assert len(found) == 36


def test_a_start_timer_keeps_its_anchor_over_a_new_version(engine: Engine, clock: VirtualClock) -> None:
    engine.deployments.deploy({"p.bpmn": MONTHLY}, "barnsley", strict=False)
    clock.set(at("2026-11-09", 8))
    engine.jobs.run_due()
    engine.deployments.deploy({"p.bpmn": MONTHLY.replace(b'id="e"', b'id="e" name="Done"')}, "barnsley", strict=False)
    clock.set(at("2026-12-07", 8))
    engine.jobs.run_due()
    assert str(day_of(engine.jobs.next_due() or clock.now())) == "2027-01-07"


def test_a_start_timer_made_before_beats_were_numbered_goes_on_from_its_date(
    engine: Engine, clock: VirtualClock
) -> None:
    engine.deployments.deploy({"p.bpmn": MONTHLY}, "barnsley", strict=False)
    with engine.transactions.writing(Scope.all_authorities()) as session:
        session.execute(update(Job).values(anchor=None, beat=None))
    clock.set(at("2026-10-07", 8))
    engine.jobs.run_due()
    assert str(day_of(engine.jobs.next_due() or clock.now())) == "2026-11-09"
