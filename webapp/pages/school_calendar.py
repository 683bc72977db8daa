"""The school calendar of an authority: terms, holidays and INSET days, changed a school year at a time or taken from a file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as Answer

from engine.calendar import files
from engine.calendar.reading import NAMES, Reading
from engine.calendar.terms import HalfTerm, SchoolCalendar
from engine.configuration import CALENDAR, read_calendar
from engine.errors import CalendarInvalid
from engine.services.configuration import Standing
from webapp.current import now as current_moment
from webapp.current import the_engine
from webapp.dates import day
from webapp.pages.configuration import Proposed, Touched, check

blueprint = Blueprint("school_calendar", __name__)
#: Dates that a check lists; of more it says how many.
MOST_LISTED = 100
YEAR = re.compile(r"(20\d\d)/(\d\d)")
#: How large a file may be.
LARGEST = 2_000_000


def _now() -> tuple[Standing, SchoolCalendar | None]:
    now = the_engine().configuration.standing(CALENDAR, current_user.scope)
    return now, read_calendar(now.content)[0] if now.content else None


@blueprint.get("/configuration/calendar")
def index() -> str:
    """The school years as they count now."""
    now, known = _now()
    years = list(dict.fromkeys(half.school_year for half in known.half_terms)) if known else []
    halves = {year: [half for half in known.half_terms if half.school_year == year] for year in years} if known else {}
    return render_template(
        "configuration/calendar.html", standing=now, years=halves, inset=_inset(known), following=_after(years)
    )


def _inset(known: SchoolCalendar | None) -> dict[str, list[date]]:
    """The INSET days by school year."""
    found: dict[str, list[date]] = {}
    for each in sorted(known.inset_days) if known else ():
        first = each.year if each.month >= 8 else each.year - 1
        found.setdefault(_label(first), []).append(each)
    return found


def _label(first: int) -> str:
    return f"{first}/{(first + 1) % 100:02d}"


def _after(years: list[str]) -> str:
    """The school year after the last one that is known; this one where none is."""
    today = current_moment().date()
    this = today.year if today.month >= 8 else today.year - 1
    return _label(max(map(_begins, years), default=this - 1) + 1)


def _begins(year: str) -> int:
    return int(year[:4])


@blueprint.route("/configuration/calendar/year", methods=["GET", "POST"])
def change() -> str | tuple[str, int] | Answer:
    """A school year: the first and last day of its half-terms, and its INSET days; then what that would move."""
    now, known = _now()
    year = request.values.get("year", "")
    found = YEAR.fullmatch(year)
    if found is None or _label(_begins(year)) != year:
        flash("There is no such school year.", "problem")
        return redirect(url_for("school_calendar.index"))
    if request.method != "POST":
        return _form(year, known, {}, now)
    reading, problems = _typed(year)
    if not problems:
        try:
            made = files.replace_years(known, reading)
        except CalendarInvalid as wrong:
            problems = {"autumn-1-first": _sentence(wrong)}
    if problems:
        return _form(year, known, problems, now), 400
    typed: dict[str, Any] = {each: value for each, value in request.form.items() if _asked(each)}
    back = url_for("school_calendar.change", year=year, **typed)
    return _checked(made, now, back)


def _asked(name: str) -> bool:
    return name == "inset" or name.endswith(("-first", "-last"))


def _sentence(wrong: CalendarInvalid) -> str:
    said = str(wrong.details["reason"])
    return said[:1].upper() + said[1:]


def _slug(name: str) -> str:
    return name.replace(" ", "-")


def _typed(year: str) -> tuple[Reading, dict[str, str]]:
    """The school year as it was typed, and what is wrong with it by field."""
    reading, problems = Reading(year), dict[str, str]()
    for line, name in enumerate(NAMES, 1):
        days = [_day(f"{_slug(name)}-{end}", f"Enter the {end} day of {name}", problems) for end in ("first", "last")]
        if all(days):
            _added(reading, line, year, name, days, problems)
    for each in request.form.get("inset", "").split():
        try:
            reading.add_inset(0, date.fromisoformat(each), date.fromisoformat(each))
        except ValueError:
            problems["inset"] = f"“{each[:20]}” is no day: write days as 2026-09-01, one a line"
    return reading, problems


def _added(
    reading: Reading, line: int, year: str, name: str, days: list[date | None], problems: dict[str, str]
) -> None:
    first, last = days
    assert first is not None and last is not None
    try:
        reading.add(line, year, name, first, last)
    except CalendarInvalid as wrong:
        problems[f"{_slug(name)}-last"] = f"{name.capitalize()}: {wrong.details['reason']}"


def _day(field: str, missing: str, problems: dict[str, str]) -> date | None:
    try:
        return date.fromisoformat(request.form.get(field, "").strip())
    except ValueError:
        problems[field] = missing
        return None


def _form(year: str, known: SchoolCalendar | None, problems: Mapping[str, str], now: Standing) -> str:
    given = request.values if "inset" in request.values else dict(_stored(year, known))
    return render_template(
        "configuration/year.html",
        year=year,
        names=[(each, _slug(each)) for each in NAMES],
        given=given,
        problems=problems,
        standing=now,
    )


def _stored(year: str, known: SchoolCalendar | None) -> Iterator[tuple[str, str]]:
    """What the form begins with: the year as it is known; of one that is not, last year's dates moved by 52 weeks."""
    halves, moved = _halves(known, year), timedelta(0)
    if not halves:
        halves, moved = _halves(known, _label(_begins(year) - 1)), timedelta(weeks=52)
    for half in halves:
        yield f"{_slug(half.name)}-first", (half.first + moved).isoformat()
        yield f"{_slug(half.name)}-last", (half.last + moved).isoformat()
    yield "inset", "\n".join(each.isoformat() for each in _inset(known).get(year, []))


def _halves(known: SchoolCalendar | None, year: str) -> list[HalfTerm]:
    return [half for half in known.half_terms if half.school_year == year] if known is not None else []


@blueprint.post("/configuration/calendar/file")
def upload() -> str | tuple[str, int] | Answer:
    """A published calendar (.ics or CSV): its school years take the place of the same years; then what that would move."""
    now, known = _now()
    sent = request.files.get("file")
    content = sent.read(LARGEST + 1) if sent is not None and sent.filename else b""
    problem = "" if content else "Select a file"
    if len(content) > LARGEST:
        problem = f"The file must be smaller than {LARGEST // 1_000_000} MB"
    if not problem:
        assert sent is not None
        try:
            made = files.replace_years(known, files.read(content, sent.filename or ""))
        except CalendarInvalid as wrong:
            problem = str(wrong)
    if problem:
        flash(problem.rstrip(".") + ".", "problem")
        return redirect(url_for("school_calendar.index"))
    return _checked(made, now, url_for("school_calendar.index"))


def _checked(made: SchoolCalendar, now: Standing, back: str) -> str | tuple[str, int]:
    content = files.as_csv(made).encode()
    moves = the_engine().configuration.moves(content, current_user.scope)
    lines = [
        f"Case {each.case}, {each.process}: {each.element}, from {day(each.before)} to {day(each.after)}"
        for each in moves.dates[:MOST_LISTED]
    ]
    if len(moves.dates) > MOST_LISTED:
        lines.append(f"And {len(moves.dates) - MOST_LISTED} dates more.")
    if moves.looked < moves.waiting:
        lines.append(f"The first {moves.looked} of {moves.waiting} cases that wait for a date were looked at.")
    if moves.failed:
        lines.append(f"{moves.failed} cases could not be reckoned: each becomes an incident that a manager sees.")
    title = f"Dates of open cases that would move ({len(moves.dates)})"
    return check(Proposed(CALENDAR, content, now.version, back, Touched(title, tuple(lines))))
