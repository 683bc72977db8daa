"""School calendars as files: what is understood of CSV and iCalendar, and what is refused, with its line."""

from __future__ import annotations

import os
import re
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from sqlalchemy.event import listens_for

from engine import Engine, queries
from engine.calendar import files, timers
from engine.calendar.files import Calendars
from engine.calendar.terms import SchoolCalendar
from engine.cli.main import main
from engine.clock import VirtualClock
from engine.errors import CalendarInvalid
from engine.store.database import make_engine

HEAD = "school_year,kind,name,first_day,last_day\n"
YEAR = """2026/27,half-term,autumn 1,2026-09-01,2026-10-23
2026/27,half-term,autumn 2,2026-11-02,2026-12-18
2026/27,half-term,spring 1,2027-01-04,2027-02-12
2026/27,half-term,spring 2,2027-02-22,2027-03-25
2026/27,half-term,summer 1,2027-04-12,2027-05-28
2026/27,half-term,summer 2,2027-06-07,2027-07-21
2026/27,inset,INSET,2026-09-01,2026-09-02
"""


def moved(text: str, years: int) -> str:
    """The same school year some years later."""
    for year in (2028, 2027, 2026):
        text = text.replace(f"{year}-", f"{year + years}-")
    return text.replace("2026/27", f"{2026 + years}/{27 + years}")


def event(summary: str, first: str, last: str = "") -> str:
    end = f"DTEND;VALUE=DATE:{last}\r\n" if last else ""
    return f"BEGIN:VEVENT\r\nUID:{summary}{first}\r\nDTSTART;VALUE=DATE:{first}\r\n{end}SUMMARY:{summary}\r\nEND:VEVENT\r\n"


def ics(*events: str) -> bytes:
    return ("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n" + "".join(events) + "END:VCALENDAR\r\n").encode()


TERMS = (
    event("Autumn term 2026 starts", "20260902"),
    event("Half term holiday", "20261024", "20261102"),
    event("Autumn Term ends", "20261218"),
    event("Christmas holiday", "20261219", "20270104"),
    event("Spring term", "20270104", "20270326"),
    event("February half-term", "20270213", "20270222"),
    event("Good Friday (bank holiday)", "20270326"),
    event("Summer term", "20270412", "20270722"),
    event("Half Term", "20270529", "20270607"),
    event("INSET day", "20260902"),
)


def test_a_published_icalendar_of_terms_and_breaks_is_read_as_half_terms() -> None:
    reading = files.read(ics(*TERMS), "terms.ics")
    found = reading.calendar()
    assert [(half.name, str(half.first), str(half.last)) for half in found.half_terms] == [
        ("autumn 1", "2026-09-02", "2026-10-23"),
        ("autumn 2", "2026-11-02", "2026-12-18"),
        ("spring 1", "2027-01-04", "2027-02-12"),
        ("spring 2", "2027-02-22", "2027-03-25"),  # DTEND is the day after the last (RFC 5545)
        ("summer 1", "2027-04-12", "2027-05-28"),
        ("summer 2", "2027-06-07", "2027-07-21"),
    ]
    assert found.inset_days == {date(2026, 9, 2)}
    assert reading.passed_over == ["line 20: Christmas holiday", "line 38: Good Friday (bank holiday)"]


def test_an_icalendar_of_half_terms_or_of_six_terms_is_read_too() -> None:
    spans = [line.split(",") for line in YEAR.splitlines()[:6]]
    for names in (
        ("Autumn 1", "Autumn term 2", "Spring 1", "Spring 2", "Summer first half", "Summer: second half"),
        tuple(f"Term {n}" for n in range(1, 7)),
    ):
        events = [
            event(name, first.replace("-", ""), str(date.fromisoformat(last).toordinal() and after(last)))
            for name, (_, _, _, first, last) in zip(names, spans, strict=True)
        ]
        found = files.read(ics(*events), "halves.ics").calendar()
        assert found.half_terms == files.read((HEAD + YEAR).encode(), "x.csv").calendar().half_terms


def after(day: str) -> str:
    return date.fromordinal(date.fromisoformat(day).toordinal() + 1).strftime("%Y%m%d")


@pytest.mark.parametrize(
    ("rows", "line", "reason"),
    [
        (YEAR.replace("2026-11-02", "2026-10-22"), 3, "overlap"),
        (YEAR.replace("2027-01-04", "2027-02-01"), 4, "gap of 44 days"),
        (YEAR.replace("2026/27,half-term,spring 1,2027-01-04,2027-02-12\n", ""), 4, "gap|no spring 1"),
        (YEAR + moved(YEAR, 2), 9, "school year after 2026/27 is missing"),
        (YEAR.replace("2027-07-21", "2028-07-21"), 7, "does not lie in the school year"),
        (YEAR.replace("spring 2", "spring 1"), 4, "there twice"),
        (YEAR.replace("autumn 2", "michaelmas"), 3, "is none of autumn 1"),
        ("# a comment\n\n" + YEAR.replace("2026-09-01,", "1 September,"), 4, "2026-09-01"),
        (YEAR.replace("2026-10-23", "2026-08-23"), 2, "is after"),
        (YEAR.replace("2026-09-01,2026-09-02", "2026-09-02,2026-09-01"), 8, "2026-09-02 is after 2026-09-01"),
        (YEAR.replace("2026-09-01,", "31/09/2026,"), 2, "01/09/2026"),
        (YEAR.replace("2026-11-02,2026-12-18", "2026-11-07,2026-11-08"), 3, "holds no weekday"),
        (YEAR.replace("inset,INSET", "holiday,INSET"), 8, "neither half-term nor inset"),
        ("", 1, "no half-term"),
    ],
)
def test_a_csv_with_overlaps_gaps_or_missing_years_is_refused_with_its_line(rows: str, line: int, reason: str) -> None:
    with pytest.raises(CalendarInvalid, match=f"line {line}: .*({reason})"):
        files.read((HEAD + rows).encode(), "wrong.csv").calendar()


@pytest.mark.parametrize("day", ["", "2026-02-30", "31/09/2026", "2026-13-01", "tomorrow"])
def test_what_is_no_day_is_said_in_our_words(day: str) -> None:
    with pytest.raises(CalendarInvalid, match=f'line 2: "{day}" is no day of the calendar; days are written'):
        files.read((HEAD + YEAR.replace("2026-09-01,2026-10-23", f"{day},2026-10-23")).encode(), "wrong.csv")


def test_a_half_term_keeps_to_weekdays_and_what_is_odd_is_said() -> None:
    odd = YEAR.replace("2026-11-02", "2026-11-01").replace("2027-02-12", "2027-02-13")
    read = files.read(
        (
            HEAD + odd + "2026/27,inset,INSET,2026-10-28,2026-10-28\n2026/27,inset,INSET,2026-11-02,2026-11-02\n"
        ).encode(),
        "odd.csv",
    )
    weeks = read.calendar().terms()[0].weeks()
    assert weeks == files.read((HEAD + YEAR).encode(), "even.csv").calendar().terms()[0].weeks()
    assert read.remarks()[:2] == [
        "line 3: autumn 2 begins on a Sunday, 2026-11-01: Monday 2026-11-02 is taken",
        "line 4: spring 1 ends on a Saturday, 2027-02-13: Friday 2027-02-12 is taken",
    ]
    assert read.remarks()[2:] == ["line 9: the INSET day 2026-10-28 lies in no half-term"]


@pytest.mark.parametrize(("day", "odd"), [("2027-07-23", False), ("2027-07-24", True), ("2027-07-26", True)])
def test_an_inset_day_may_follow_the_last_day_for_pupils(day: str, odd: bool) -> None:
    days = f"2026/27,inset,INSET,2027-07-22,2027-07-22\n2026/27,inset,INSET,{day},{day}\n"
    read = files.read((HEAD + YEAR + days).encode(), "after.csv")
    assert bool(read.remarks()) is odd


@pytest.mark.parametrize(
    ("data", "line", "reason"),
    [
        (ics(*TERMS[:1], *TERMS[2:]), 4, "autumn term of 2026/27 has no half-term break"),
        (ics(*TERMS[1:]), 10, "nothing says when the autumn term of 2026/27 begins"),
        (ics(), 1, "no half-term"),
        (b"\xff\xfe", 1, "not UTF-8"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR\r\n", 1, "no iCalendar"),
        (ics("BEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Autumn term\r\nEND:VEVENT\r\n"), 4, "no first day"),
    ],
)
def test_an_icalendar_that_does_not_hold_together_is_refused(data: bytes, line: int, reason: str) -> None:
    with pytest.raises(CalendarInvalid, match=f"line {line}: .*{reason}"):
        files.read(data, "wrong.ics").calendar()


def test_a_file_of_one_year_takes_the_place_of_that_year_only() -> None:
    known = files.read((HEAD + YEAR + moved(YEAR, 1)).encode(), "known.csv").calendar()
    fresh = files.read((HEAD + moved(YEAR, 1).replace("1,2027-09-01", "1,2027-09-06")).encode(), "fresh.csv")
    both = files.replace_years(known, fresh)
    assert [str(half.first) for half in both.half_terms if half.name == "autumn 1"] == ["2026-09-01", "2027-09-06"]
    again = files.read(files.as_csv(both).encode(), "written.csv").calendar()
    assert (again.half_terms, again.inset_days) == (both.half_terms, both.inset_days)
    with pytest.raises(CalendarInvalid, match="school year after 2027/28 is missing"):
        files.replace_years(known, files.read((HEAD + moved(YEAR, 3)).encode(), "late.csv"))


def test_a_school_s_own_calendar_takes_the_place_of_its_authority_s(tmp_path: Path) -> None:
    (tmp_path / "schools").mkdir()
    (tmp_path / "barnsley.csv").write_text(HEAD + YEAR, encoding="utf-8")
    (tmp_path / "schools/100002.csv").write_text(
        HEAD + YEAR.replace("1,2026-09-01,", "1,2026-09-07,"), encoding="utf-8"
    )
    found = Calendars(tmp_path)
    assert found("barnsley", "100001").half_terms[0].first == date(2026, 9, 1)
    assert found("barnsley", "100002").half_terms[0].first == date(2026, 9, 7)
    assert found("nowhere").half_terms == ()


def test_a_replaced_file_is_read_anew_and_a_broken_one_is_not(tmp_path: Path) -> None:
    file = tmp_path / "barnsley.csv"
    file.write_text(HEAD + YEAR, encoding="utf-8")
    calendars = Calendars(tmp_path)
    before = calendars.digests()
    write_later(file, HEAD + YEAR.replace("1,2026-09-01,", "1,2026-09-03,"))
    assert calendars("barnsley").half_terms[0].first == date(2026, 9, 3)
    assert calendars.digests() != before
    write_later(file, "nonsense")
    assert calendars("barnsley").half_terms[0].first == date(2026, 9, 3)
    file.unlink()
    assert calendars("barnsley").half_terms == ()
    assert calendars.digests() == {}


def write_later(file: Path, text: str) -> None:
    """Write a file with a time of its own, however coarse the machine's file times are."""
    was = file.stat().st_mtime_ns
    file.write_text(text, encoding="utf-8")
    os.utime(file, ns=(was + 1_000_000_000,) * 2)


def british(text: str) -> str:
    return re.sub(r"(\d{4})-(\d\d)-(\d\d)", r"\3/\2/\1", text)


WHOLE = HEAD + YEAR.replace("INSET,2026", "Governors\u2019 day,2026")
AS_EXCEL_SAVES_IT = {
    "British dates": british(WHOLE).encode(),
    "semicolons": british(WHOLE).replace(",", ";").encode(),
    "tabs in UTF-16": british(WHOLE).replace(",", "\t").encode("utf-16"),
    "empty columns at the end": "".join(f"{line},,,\n" for line in WHOLE.splitlines()).encode(),
    "empty rows at the end": (WHOLE + ",,,,\n,,,,\n\n").encode(),
    "capitals": WHOLE.replace("half-term", "Half Term").replace("autumn", "AUTUMN").replace("kind", "Kind").encode(),
    "inset in capitals": WHOLE.replace(",inset,", ",INSET,").encode(),
    "Windows-1252": WHOLE.encode("cp1252"),
    "a byte order mark": WHOLE.encode("utf-8-sig"),
    "line ends of Windows": WHOLE.replace("\n", "\r\n").encode(),
    "years written whole": WHOLE.replace("2026/27", "2026/2027").encode(),
    "a comment in a cell": b'"# saved, by Excel",,,,\n' + WHOLE.encode(),
}


@pytest.mark.parametrize("way", AS_EXCEL_SAVES_IT)
def test_a_csv_is_read_as_a_spreadsheet_saves_it(way: str) -> None:
    expected, found = files.read((HEAD + YEAR).encode(), "x.csv"), files.read(AS_EXCEL_SAVES_IT[way], "x.csv")
    assert found.calendar().half_terms == expected.calendar().half_terms
    assert found.inset == expected.inset


# -- the commands -------------------------------------------------------------------------------------------------


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "calendars").mkdir()
    (tmp_path / "authorities").mkdir()
    (tmp_path / "calendars/barnsley.csv").write_text(HEAD + YEAR, encoding="utf-8")
    return tmp_path


def test_calendar_next_prints_the_date_and_why(config: Path) -> None:
    said = CliRunner().invoke(
        main,
        ["calendar", "next", "1 half-term", "--from", "2026-09-09", "--authority", "barnsley", "--config", str(config)],
    )
    assert said.exit_code == 0
    assert said.output.startswith("Wednesday 11 November 2026, 08:00\n1 half-term on from week 2 of autumn 1 2026/27")


@pytest.mark.parametrize(
    ("text", "authority", "reason"),
    [("1 lunar month", "barnsley", "neither ISO 8601"), ("1 half-term", "nowhere", "no school calendar")],
)
def test_calendar_next_says_what_is_wrong(config: Path, text: str, authority: str, reason: str) -> None:
    said = CliRunner().invoke(
        main, ["calendar", "next", text, "--from", "2026-09-09", "--authority", authority, "--config", str(config)]
    )
    assert said.exit_code == 1
    assert reason in said.output
    assert "Traceback" not in said.output


def test_calendar_import_shows_what_it_understood_and_writes_when_told(config: Path, sqlite_url: str) -> None:
    file = config / "published.ics"
    file.write_bytes(ics(*TERMS))
    given = [
        "calendar",
        "import",
        str(file),
        "--authority",
        "barnsley",
        "--config",
        str(config),
        "--database",
        sqlite_url,
    ]
    said = CliRunner().invoke(main, given, input="n\n")
    assert "autumn 1  Wednesday 2 September 2026 to Friday 23 October 2026" in said.output
    assert "passed over" in said.output
    assert "Christmas holiday" in said.output
    assert "2026-09-01" in (config / "calendars/barnsley.csv").read_text(), "nothing is written without a yes"
    assert CliRunner().invoke(main, [*given, "--yes"]).exit_code == 0
    assert "2026/27,half-term,autumn 1,2026-09-02,2026-10-23" in (config / "calendars/barnsley.csv").read_text()
    file.write_bytes(ics(*TERMS, event("INSET day", "20261219")))
    assert "INSET day 2026-12-19 lies in no half-term" in CliRunner().invoke(main, given, input="n\n").output
    file.write_bytes(ics(*TERMS[1:]))
    said = CliRunner().invoke(main, [*given, "--yes"])
    assert said.exit_code == 1
    assert "published.ics" in said.output
    assert "line" in said.output


# -- what waits goes by the new calendar --------------------------------------------------------------------------

PROCESS = """<?xml version="1.0"?><definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:camunda="http://camunda.org/schema/1.0/bpmn" targetNamespace="t">
<process id="review" isExecutable="true"><startEvent id="s"/><parallelGateway id="g"/>
<userTask id="write" camunda:dueDate="3 terms"/><intermediateCatchEvent id="meet"><timerEventDefinition>
<timeDuration>3 terms</timeDuration></timerEventDefinition></intermediateCatchEvent>
<intermediateCatchEvent id="days"><timerEventDefinition><timeDuration>15 days</timeDuration></timerEventDefinition>
</intermediateCatchEvent><endEvent id="e1"/><endEvent id="e2"/><endEvent id="e3"/>
<sequenceFlow id="f0" sourceRef="s" targetRef="g"/><sequenceFlow id="f1" sourceRef="g" targetRef="write"/>
<sequenceFlow id="f2" sourceRef="g" targetRef="meet"/><sequenceFlow id="f3" sourceRef="g" targetRef="days"/>
<sequenceFlow id="f4" sourceRef="write" targetRef="e1"/><sequenceFlow id="f5" sourceRef="meet" targetRef="e2"/>
<sequenceFlow id="f6" sourceRef="days" targetRef="e3"/></process></definitions>""".replace(
    '<startEvent id="s"/>', '<startEvent id="s"><outgoing>f0</outgoing></startEvent>'
)


def dates(engine: Engine, case: int) -> dict[str, tuple[str, bool]]:
    with engine.reading() as session:
        timers = {t.element: (str(t.due.date()), t.estimated) for t in queries.timers(session, instance=case)}
    tasks = {t.element: (str(t.due.date()), t.due_estimated) for t in engine.tasks.open(case) if t.due}
    return timers | tasks


def test_estimated_dates_are_worked_out_again_when_the_calendar_arrives(database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "barnsley.csv"
    file.write_text(HEAD + YEAR, encoding="utf-8")
    clock = VirtualClock(datetime(2027, 1, 6, 9, tzinfo=ZoneInfo("Europe/London")))
    made = make_engine(database_url)
    engine = Engine(made, clock=clock, calendar=Calendars(tmp_path))
    assert engine.calendars.follow() == 0
    engine.deployments.deploy({"review.bpmn": PROCESS.encode()}, "barnsley", strict=False)
    case = engine.cases.start("review", authority="barnsley")
    # Three terms on from Wednesday of week 1 of spring 2027 is Wednesday of week 1 of spring 2028, and no such year is known.
    # A year is carried on by 52 weeks: 5 January 2028. Fifteen days never depend on a calendar.
    assert dates(engine, case) == {
        "meet": ("2028-01-05", True),
        "write": ("2028-01-05", True),
        "days": ("2027-01-22", False),
    }
    write_later(file, HEAD + YEAR + moved(YEAR, 1).replace("2028-01-04", "2028-01-10"))
    assert engine.calendars.follow() == 1
    assert dates(engine, case) == {
        "meet": ("2028-01-12", False),
        "write": ("2028-01-12", False),
        "days": ("2027-01-22", False),
    }
    assert engine.calendars.follow() == 0
    other = Engine(made, clock=clock, calendar=Calendars(tmp_path))
    assert other.calendars.follow() == 0, "what one worker has followed, another need not"
    made.dispose()


def test_a_school_s_own_calendar_that_is_replaced_moves_the_dates_of_its_cases_alone(
    database_url: str, tmp_path: Path
) -> None:
    own = tmp_path / "schools/100001.csv"
    own.parent.mkdir()
    for file in (tmp_path / "barnsley.csv", own):
        file.write_text(HEAD + YEAR, encoding="utf-8")
    clock = VirtualClock(datetime(2027, 1, 6, 9, tzinfo=ZoneInfo("Europe/London")))
    made = make_engine(database_url)
    engine = Engine(made, clock=clock, calendar=Calendars(tmp_path))
    schools = b"urn,name,phase,type\n100001,Sampleby,primary,free\n100002,Madeup Lane,primary,community\n"
    engine.schools.import_file(schools, "barnsley")
    engine.deployments.deploy({"review.bpmn": PROCESS.encode()}, "barnsley", strict=False)
    case, another = (engine.cases.start("review", authority="barnsley", school=urn) for urn in ("100001", "100002"))
    engine.calendars.follow()
    assert dates(engine, case) == dates(engine, another)
    write_later(own, HEAD + YEAR + moved(YEAR, 1).replace("2028-01-04", "2028-01-10"))
    assert engine.calendars.follow() == 1
    assert dates(engine, case)["meet"] == ("2028-01-12", False)
    assert dates(engine, case)["write"] == ("2028-01-12", False)
    assert dates(engine, another)["meet"] == ("2028-01-05", True)
    made.dispose()


def test_a_calendar_says_its_hour(tmp_path: Path) -> None:
    (tmp_path / "barnsley.csv").write_text(HEAD + YEAR, encoding="utf-8")
    found = Calendars(tmp_path, datetime(2026, 1, 1, 9, 30).time())("barnsley")
    due = timers.parse("1 month").next(datetime(2026, 9, 9, 9, tzinfo=ZoneInfo("Europe/London")), found)
    assert due.at.astimezone(ZoneInfo("Europe/London")).strftime("%H:%M") == "09:30"
    assert isinstance(found, SchoolCalendar)


ROUND = (
    PROCESS[: PROCESS.index("<process")]
    + """<process id="round" isExecutable="true"><startEvent id="s"><outgoing>f0</outgoing>
<timerEventDefinition><timeCycle>every start of next term</timeCycle></timerEventDefinition></startEvent><userTask id="t"/>
<endEvent id="e"/><sequenceFlow id="f0" sourceRef="s" targetRef="t"/><sequenceFlow id="f1" sourceRef="t" targetRef="e"/>
</process></definitions>"""
)


def test_a_review_that_begins_with_a_term_follows_the_calendar_too(database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "barnsley.csv"
    file.write_text(HEAD + YEAR, encoding="utf-8")
    clock = VirtualClock(datetime(2027, 7, 5, 9, tzinfo=ZoneInfo("Europe/London")))
    made = make_engine(database_url)
    engine = Engine(made, clock=clock, calendar=Calendars(tmp_path))
    engine.calendars.follow()
    engine.deployments.deploy({"round.bpmn": ROUND.encode()}, "barnsley", strict=False)

    def begins() -> tuple[str, bool]:
        with engine.reading() as session:
            (row,) = queries.falling_due(session, None, datetime(2027, 12, 1, tzinfo=ZoneInfo("Europe/London")))
            return str(row.due.date()), row.estimated

    # Autumn 2027 is not known: 52 weeks after 1 September 2026, and after its two INSET days, is Thursday 2 September.
    assert begins() == ("2027-09-02", True)
    write_later(file, HEAD + YEAR + moved(YEAR, 1).replace("2027-09-01,2027-10-23", "2027-09-06,2027-10-22"))
    engine.calendars.follow()
    assert begins() == ("2027-09-06", False)
    made.dispose()


def test_two_workers_that_start_on_an_empty_database_both_note_its_calendars(
    postgresql_url: str, tmp_path: Path
) -> None:
    (tmp_path / "barnsley.csv").write_text(HEAD + YEAR, encoding="utf-8")
    databases = [make_engine(postgresql_url), make_engine(postgresql_url)]
    slow, quick = (Engine(each, calendar=Calendars(tmp_path)) for each in databases)
    followed: list[int] = []

    @listens_for(databases[0], "before_cursor_execute")
    def another_is_first(*asked: Any) -> None:
        if asked[2].startswith("INSERT INTO setting") and not followed:
            followed.append(quick.calendars.follow())

    followed.append(slow.calendars.follow())
    for each in databases:
        each.dispose()
    assert followed == [0, 0]
