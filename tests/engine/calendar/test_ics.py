"""iCalendar as RFC 5545 has it: whole days however they are written, what repeats, what was called off, parts of days."""

from __future__ import annotations

from datetime import date

import pytest

from engine.calendar import files
from engine.calendar.reading import Reading
from engine.errors import CalendarInvalid
from tests.engine.calendar.test_files import TERMS, ics

#: What every way of writing the year below says.
HALVES = [
    ("autumn 1", date(2026, 9, 2), date(2026, 10, 23)),
    ("autumn 2", date(2026, 11, 2), date(2026, 12, 18)),
    ("spring 1", date(2027, 1, 4), date(2027, 2, 12)),
    ("spring 2", date(2027, 2, 22), date(2027, 3, 25)),
    ("summer 1", date(2027, 4, 12), date(2027, 5, 28)),
    ("summer 2", date(2027, 6, 7), date(2027, 7, 21)),
]
SPANS = [
    ("Autumn term", "20260902", "20261219"),
    ("Autumn half-term break", "20261026", "20261031"),
    ("Spring term", "20270104", "20270326"),
    ("Spring half-term break", "20270215", "20270220"),
    ("Summer term", "20270412", "20270722"),
    ("Summer half-term break", "20270531", "20270605"),
]


def made(summary: str, *lines: str, uid: str = "") -> str:
    body = "".join(f"{line}\r\n" for line in lines)
    return f"BEGIN:VEVENT\r\nUID:{uid or summary}\r\n{body}SUMMARY:{summary}\r\nEND:VEVENT\r\n"


def midnight(day: str) -> str:
    return f"{day}T000000"


def utc(day: str) -> str:
    """The instant at which a day begins in London, in UTC."""
    summer = "20260329" <= day < "20261025" or "20270328" <= day < "20271031"
    before = f"{int(day) - 1:08d}" if day[-2:] != "01" else {"20260901": "20260831"}[day]
    return f"{before}T230000Z" if summer else f"{day}T000000Z"


WAYS = {
    "days": [made(s, f"DTSTART;VALUE=DATE:{a}", f"DTEND;VALUE=DATE:{b}") for s, a, b in SPANS],
    "midnight to midnight": [made(s, f"DTSTART:{midnight(a)}", f"DTEND:{midnight(b)}") for s, a, b in SPANS],
    "with a zone": [
        made(s, f"DTSTART;TZID=Europe/London:{midnight(a)}", f"DTEND;TZID=Europe/London:{midnight(b)}")
        for s, a, b in SPANS
    ],
    "UTC instants": [made(s, f"DTSTART:{utc(a)}", f"DTEND:{utc(b)}") for s, a, b in SPANS],
    "to a minute before midnight": [
        made(s, f"DTSTART:{midnight(a)}", f"DTEND:{int(b) - 1:08d}T235900") for s, a, b in SPANS
    ],
    "durations": [
        made(s, f"DTSTART;VALUE=DATE:{a}", f"DURATION:P{(_d(b) - _d(a)).days}D")
        for _d in (lambda day: date.fromisoformat(f"{day[:4]}-{day[4:6]}-{day[6:]}"),)
        for s, a, b in SPANS
    ],
}


@pytest.mark.parametrize("way", WAYS)
def test_the_same_year_however_its_days_are_written(way: str) -> None:
    found = files.read(ics(*WAYS[way]), "terms.ics").calendar()
    assert [(half.name, half.first, half.last) for half in found.half_terms] == HALVES


def reading(*events: str) -> Reading:
    return files.read(ics(*WAYS["days"], *events), "terms.ics")


INSET = ("DTSTART;VALUE=DATE:20261106", "DTEND;VALUE=DATE:20261107")


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([made("INSET day", *INSET)], ["2026-11-06"]),
        ([made("INSET day", INSET[0])], ["2026-11-06"]),
        ([made("INSET days", INSET[0], "DTEND;VALUE=DATE:20261108")], ["2026-11-06", "2026-11-07"]),
        ([made("INSET day", *INSET, "RDATE;VALUE=DATE:20270108,20270423")], ["2026-11-06", "2027-01-08", "2027-04-23"]),
        ([made("INSET day", *INSET, "RRULE:FREQ=WEEKLY;COUNT=3")], ["2026-11-06", "2026-11-13", "2026-11-20"]),
        (
            [made("INSET day", *INSET, "RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE;VALUE=DATE:20261113")],
            ["2026-11-06", "2026-11-20"],
        ),
        ([made("INSET day", *INSET, "RRULE:FREQ=MONTHLY;UNTIL=20261231")], ["2026-11-06", "2026-12-06"]),
        (
            [
                made("INSET day", *INSET, "RRULE:FREQ=WEEKLY;COUNT=2", uid="one"),
                made(
                    "INSET day, moved",
                    "DTSTART;VALUE=DATE:20261117",
                    "DTEND;VALUE=DATE:20261118",
                    "RECURRENCE-ID;VALUE=DATE:20261113",
                    uid="one",
                ),
            ],
            ["2026-11-06", "2026-11-17"],
        ),
        (
            [
                made("INSET day", *INSET, "RRULE:FREQ=WEEKLY;COUNT=2", uid="one"),
                made(
                    "INSET day",
                    "DTSTART;VALUE=DATE:20261113",
                    "RECURRENCE-ID;VALUE=DATE:20261113",
                    "STATUS:CANCELLED",
                    uid="one",
                ),
            ],
            ["2026-11-06"],
        ),
        ([made("INSET day", *INSET, "STATUS:CANCELLED")], []),
        ([made("Twilight INSET", "DTSTART:20261127T153000", "DTEND:20261127T173000")], []),
        ([made("INSET day", "DTSTART:20261127T000000", "DURATION:P1D")], ["2026-11-27"]),
        ([made("INSET day", "DTSTART:20270412T230000Z", "DURATION:PT24H")], ["2027-04-13"]),
        (
            [
                made(
                    "INSET day",
                    "DTSTART;TZID=Europe/London:20261106T000000",
                    "DURATION:P1D",
                    "RRULE:FREQ=WEEKLY;COUNT=3",
                    "EXDATE:20261113T000000Z",
                )
            ],
            ["2026-11-06", "2026-11-20"],
        ),
        ([made("INSET day", "DTSTART;TZID=America/New_York:20261105T190000", "DURATION:P1D")], ["2026-11-06"]),
        (
            [made("INSET day", *INSET, uid="same"), made("INSET day", "DTSTART;VALUE=DATE:20270108", uid="same")],
            ["2026-11-06", "2027-01-08"],  # two days under one UID: neither is lost
        ),
    ],
)
def test_inset_days(events: list[str], expected: list[str]) -> None:
    assert sorted(str(day) for day in reading(*events).inset) == expected


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (made("INSET day", *INSET, "STATUS:CANCELLED"), "INSET day (cancelled)"),
        (
            made("Twilight INSET", "DTSTART:20261127T153000", "DTEND:20261127T173000"),
            "Twilight INSET (a part of the day)",
        ),
        (made("Christmas holiday", "DTSTART;VALUE=DATE:20261219", "DTEND;VALUE=DATE:20270104"), "Christmas holiday"),
        (
            made("INSET day", *INSET, "RRULE:FREQ=MONTHLY"),
            "INSET day, after 2027-07-21: it repeats for ever",
        ),
    ],
)
def test_what_is_passed_over_is_listed_with_its_line(event: str, said: str) -> None:
    assert reading(event).passed_over == [f"line 40: {said}"]


def test_an_event_that_repeats_within_the_day_is_refused() -> None:
    with pytest.raises(CalendarInvalid, match="line 40: .*repeats within the day"):
        reading(made("INSET day", "DTSTART:20261106T090000", "RRULE:FREQ=SECONDLY"))


@pytest.mark.parametrize(
    "end",
    ["DTEND;VALUE=DATE:20261101", "DURATION:-P3D"],
    ids=["an end before the beginning", "a length of less than nothing"],
)
def test_days_the_wrong_way_round_are_refused_with_their_line(end: str) -> None:
    with pytest.raises(CalendarInvalid, match="line 40: this event ends on .* before it begins"):
        reading(made("INSET day", INSET[0], end))


def test_a_term_with_its_days_the_wrong_way_round_is_refused_too() -> None:
    turned = made("Autumn term", "DTSTART;VALUE=DATE:20261219", "DTEND;VALUE=DATE:20260902")
    with pytest.raises(CalendarInvalid, match="line 4: this event ends on"):
        files.read(ics(turned, *WAYS["days"][1:]), "terms.ics")


@pytest.mark.parametrize("start", ["20261106", "20261106T000000"])
def test_an_event_that_ends_as_it_begins_is_no_fault(start: str) -> None:
    kind = "" if "T" in start else ";VALUE=DATE"
    assert reading(made("INSET day", f"DTSTART{kind}:{start}", f"DTEND{kind}:{start}")).inset == [date(2026, 11, 6)]


def test_terms_told_by_their_first_and_last_days_may_have_hours() -> None:
    timed = [each.replace(";VALUE=DATE:20260902\r", ":20260902T084500\r") for each in TERMS]
    found = files.read(ics(*timed), "terms.ics").calendar()
    assert found.half_terms[0].first == date(2026, 9, 2)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("DTEND;VALUE=DATE:2026-11-07", "2026-11-07"),
        ("DURATION:P1X", "P1X"),
        ("RRULE:FREQ=NEVER", "NEVER"),
        ("RDATE:foo", "foo"),
        ("EXDATE:2026-01-01", "2026-01-01"),
        ("RECURRENCE-ID:zz", "zz"),
        ("SEQUENCE:x", "x"),
        ("DTEND;X", "DTEND;X"),
        ("DTSTART;VALUE=DATE:20261107", "more than one DTSTART"),
    ],
)
def test_a_line_that_is_not_as_icalendar_has_it_is_refused(line: str, said: str) -> None:
    with pytest.raises(CalendarInvalid, match=said) as refused:
        reading(made("INSET day", INSET[0], line))
    begins = 3 + sum(each.count("\r\n") for each in WAYS["days"])
    assert refused.value.details["line"] - begins in (1, 4), "the line itself, or where its event begins"
    assert "Expected" not in str(refused.value)


def test_a_note_that_is_broken_over_lines_is_no_fault() -> None:
    assert reading(made("INSET day", *INSET, "DESCRIPTION:Closed to pupils", "all day long")).inset == [
        date(2026, 11, 6)
    ]
