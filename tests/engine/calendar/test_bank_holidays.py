"""Bank holidays that are proclaimed or taken away: what waits follows, and dates of notices are for a manager to confirm."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from engine import Engine, queries
from engine.calendar.files import Calendars, remarks
from engine.clock import VirtualClock
from engine.errors import CalendarInvalid, MovedDateNotFound
from engine.store.database import make_engine
from engine.store.tables import MovedDate
from engine.store.tenancy import Scope
from tests.engine.calendar.test_files import HEAD, YEAR, write_later
from tests.engine.spiff.cases import bpmn, prop

LONDON = ZoneInfo("Europe/London")
COLUMNS = "day,change,name\n"
PROCLAIMED = COLUMNS + "2026-10-12,added,A day of thanks\n"
MANAGER = Scope("barnsley", frozenset({"service-director"}), "morgan")
GIVEN = prop(**{"from": "= notice_given"})
WAIT = "<timerEventDefinition><timeDuration>15 working days</timeDuration></timerEventDefinition>"

NOTICE = bpmn(
    '<startEvent id="s"/><parallelGateway id="g"/>'
    f'<intermediateCatchEvent id="notice" name="The notice runs out">{GIVEN}{WAIT}</intermediateCatchEvent>'
    f'<intermediateCatchEvent id="other">{WAIT}</intermediateCatchEvent>'
    f'<userTask id="answer" name="Answer" camunda:dueDate="10 working days">{GIVEN}</userTask>'
    '<endEvent id="e1"/><endEvent id="e2"/><endEvent id="e3"/>',
    "s>g g>notice g>other g>answer notice>e1 other>e2 answer>e3",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "barnsley.csv").write_text(HEAD + YEAR, encoding="utf-8")
    (tmp_path / "bank-holidays.csv").write_text(COLUMNS, encoding="utf-8")
    return tmp_path


@pytest.fixture
def engine(database_url: str, folder: Path) -> Iterator[Engine]:
    made = make_engine(database_url)
    clock = VirtualClock(datetime(2026, 10, 5, 9, tzinfo=LONDON))
    engine = Engine(made, clock=clock, calendar=Calendars(folder))
    engine.calendars.follow()
    yield engine
    made.dispose()


def begin(engine: Engine, authority: str = "barnsley") -> int:
    engine.deployments.deploy({"p.bpmn": NOTICE}, authority, strict=False)
    return engine.cases.start("p", authority=authority, variables={"notice_given": "2026-10-01"})


def dates(engine: Engine, case: int) -> dict[str, str]:
    with engine.reading() as session:
        timers = {each.element: str(each.due.date()) for each in queries.timers(session, instance=case)}
    return timers | {each.element: str(each.due.date()) for each in engine.tasks.open(case) if each.due}


def moved(engine: Engine) -> list[tuple[str, str, str]]:
    with engine.reading() as session:
        return sorted((m.name, str(m.before.date()), str(m.after.date())) for m in queries.moved_dates(session))


def test_a_proclaimed_day_moves_what_waits_for_working_days(engine: Engine, folder: Path) -> None:
    case = begin(engine)
    assert dates(engine, case) == {"notice": "2026-10-23", "other": "2026-10-27", "answer": "2026-10-15"}
    write_later(folder / "bank-holidays.csv", PROCLAIMED)
    assert engine.calendars.follow() == 1
    assert dates(engine, case) == {"notice": "2026-10-24", "other": "2026-10-28", "answer": "2026-10-16"}


def test_a_day_that_is_taken_away_counts_again(engine: Engine, folder: Path) -> None:
    write_later(folder / "bank-holidays.csv", PROCLAIMED)
    case = begin(engine)
    write_later(folder / "bank-holidays.csv", PROCLAIMED + "2026-12-25,removed,Christmas\n")
    write_later(folder / "bank-holidays.csv", COLUMNS + "2026-12-25,removed,Christmas Day\n")
    engine.calendars.follow()
    assert dates(engine, case)["notice"] == "2026-10-23"
    assert engine.calendars.of("barnsley").is_working_day(date(2026, 12, 25))


def test_an_authority_without_a_calendar_follows_too(engine: Engine, folder: Path) -> None:
    case = begin(engine, "nowhere")
    write_later(folder / "bank-holidays.csv", PROCLAIMED)
    engine.calendars.follow()
    assert dates(engine, case)["notice"] == "2026-10-24"


def test_a_proclaimed_day_is_no_school_day(engine: Engine, folder: Path) -> None:
    write_later(folder / "bank-holidays.csv", PROCLAIMED)
    assert not engine.calendars.of("barnsley").is_school_day(date(2026, 10, 12))


def test_the_dates_of_a_notice_are_listed_for_a_manager(engine: Engine, folder: Path) -> None:
    begin(engine)
    write_later(folder / "bank-holidays.csv", PROCLAIMED)
    engine.calendars.follow()
    assert moved(engine) == [
        ("Answer", "2026-10-15", "2026-10-16"),
        ("The notice runs out", "2026-10-23", "2026-10-24"),
    ]
    engine.calendars.follow()
    assert len(moved(engine)) == 2, "a change is followed once"


def test_a_change_of_terms_lists_nothing(engine: Engine, folder: Path) -> None:
    begin(engine)
    write_later(folder / "barnsley.csv", HEAD + YEAR.replace("2026-10-23", "2026-10-22"))
    engine.calendars.follow()
    assert moved(engine) == []


def test_confirming_says_who_and_is_done_once(engine: Engine, folder: Path) -> None:
    begin(engine)
    write_later(folder / "bank-holidays.csv", PROCLAIMED)
    engine.calendars.follow()
    with engine.reading() as session:
        first, second = queries.moved_dates(session)
    engine.calendars.confirm(first.id, MANAGER)
    assert [each[0] for each in moved(engine)] == [second.name]
    with engine.reading() as session:
        row = session.get_one(MovedDate, first.id)
        assert (row.confirmed_by, row.confirmed) == ("morgan", engine.clock.now())
    with pytest.raises(MovedDateNotFound):
        engine.calendars.confirm(first.id, MANAGER)


def test_another_authority_confirms_nothing(engine: Engine, folder: Path) -> None:
    begin(engine)
    write_later(folder / "bank-holidays.csv", PROCLAIMED)
    engine.calendars.follow()
    with pytest.raises(MovedDateNotFound):
        engine.calendars.confirm(1, Scope("luton", frozenset(), "lee"))


@pytest.mark.parametrize(
    ("rows", "line", "reason"),
    [
        ("2026-10-12,perhaps,A day\n", 2, "neither added nor removed"),
        ("12 October,added,A day\n", 2, "2026-09-01 or 01/09/2026"),
        ("2027-05-10,added,A\n2027-05-10,removed,B\n", 3, "both added and removed"),
    ],
)
def test_a_table_that_is_wrong_is_refused_with_its_line(tmp_path: Path, rows: str, line: int, reason: str) -> None:
    (tmp_path / "bank-holidays.csv").write_text(COLUMNS + rows, encoding="utf-8")
    with pytest.raises(CalendarInvalid, match=f"bank-holidays.csv cannot be used: line {line}: .*{reason}"):
        Calendars(tmp_path)


def test_a_table_that_has_become_wrong_says_what_it_said_before(folder: Path) -> None:
    (folder / "bank-holidays.csv").write_text(PROCLAIMED, encoding="utf-8")
    calendars = Calendars(folder)
    write_later(folder / "bank-holidays.csv", "nonsense")
    assert not calendars("barnsley").is_working_day(date(2026, 10, 12))


def test_a_day_that_is_taken_away_and_is_none_is_said(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    table = folder / "bank-holidays.csv"
    table.write_text(COLUMNS + "2026-12-25,removed,Christmas\n2027-05-04,removed,May Day\n", encoding="utf-8")
    Calendars(folder)
    said = "line 3: 2027-05-04 is no bank holiday, so nothing is removed; the nearest is 2027-05-03"
    assert [each.getMessage() for each in caplog.records] == [f"bank-holidays.csv, {said}."]
    assert remarks(table) == [said]
