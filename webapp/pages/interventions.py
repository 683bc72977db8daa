"""What managers do to one case: asked, shown with what it would bring about, and done once that is confirmed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from engine import Effect, NewDates, Relocate, Resume, Send, Suspend, queries
from engine.errors import PathwaysError
from engine.forms import DateFault, read_date
from engine.people.retention import last_day
from engine.queries import DatedRow, InstanceRow, TimerRow
from webapp.current import now, the_engine
from webapp.dates import ZONE, day, parts
from webapp.db import db
from webapp.forms.reasons import reason
from webapp.pages import clauses
from webapp.pages.clauses import Clause
from webapp.people.names import anybody

blueprint = Blueprint("interventions", __name__)
#: What the buttons of the second page send.
CONFIRMED, AGAIN = "confirmed", "again"
#: Which days may be set.
_REACH = "today or in the future, and not later than {last}"


@dataclass(frozen=True)
class Asked:
    """What was entered: the change that it asks for, the reason, and by field what is wrong with it."""

    change: NewDates | Suspend | Resume | Send | Relocate | None
    why: str
    problems: Mapping[str, str]


@dataclass(frozen=True)
class Words:
    """What the pages of one change call it: ``title``, the ``done`` sentence, and what its button says."""

    title: str
    button: str
    done: str
    more: Callable[[Effect], list[str]] = lambda _: []
    """What else will happen, in sentences, beside what the step itself brings about."""


@dataclass(frozen=True)
class Warned:
    """What a manager has to know of a date that leaves what the policy says, with the clauses that say it."""

    text: str
    clauses: list[Clause] = field(default_factory=list)


Page = Response | tuple[str, int] | str


def intervene(
    case: InstanceRow, words: Words, read: Callable[[], Asked], first: Callable[[Mapping[str, str]], str]
) -> Page:
    """One change, from its question (``first``, which takes what is wrong by field) over what would follow to being done."""
    if request.method != "POST" or AGAIN in request.form:
        return first({})
    asked = read()
    if asked.change is None or asked.problems:
        return first(asked.problems), 400
    interventions, scope = the_engine().interventions, current_user.scope
    try:
        if CONFIRMED not in request.form:
            return _check(case, words, interventions.foresee(case.id, asked.change, scope))
        interventions.make(case.id, asked.change, asked.why, scope)
    except PathwaysError as refused:
        return first({"change": refused.told(anybody)}), 422
    flash(words.done)
    return redirect(url_for("cases.case", instance_id=case.id))


def _check(case: InstanceRow, words: Words, effect: Effect) -> str:
    return render_template(
        "interventions/check.html",
        case=case,
        words=words,
        effect=effect,
        more=words.more(effect),
        warnings=_warnings(effect, case.school_urn),
        why=request.form.get("reason", ""),
        sent=[(name, text) for name in request.form if name != "csrf_token" for text in request.form.getlist(name)],
        now=now(),
    )


def _warnings(effect: Effect, school: str | None) -> list[Warned]:
    """Dates that would be others than the diagram's, where their elements carry clauses of the policy; days without school."""
    departs = [
        Warned(_departs(each.name, each.after, each.drawn), clauses.named(each.clauses))
        for each in effect.moved
        if each.clauses and each.drawn and each.after
    ]
    known = the_engine().calendars.of(current_user.authority, school)
    days = {each.name: each.after.astimezone(ZONE).date() for each in effect.moved if each.after}
    closed = {name: known.why_closed(found) for name, found in days.items()}
    return departs + [
        Warned(f"“{name}”: {day(days[name])} {why}. Choose another day, unless that is meant.")
        for name, why in closed.items()
        if why
    ]


def _departs(name: str, after: datetime, drawn: datetime) -> str:
    days = (after.astimezone(ZONE).date() - drawn.astimezone(ZONE).date()).days
    number = f"{abs(days)} {'day' if abs(days) == 1 else 'days'} {'later' if days > 0 else 'sooner'}"
    return (
        f"“{name}” would be {number} than its policy has it ({day(drawn)}). A date that the law or the policy sets is not moved "
        "by this: proof of policy goes on to judge by it."
    )


# -- another date ------------------------------------------------------------------------------------------------------


@blueprint.route("/cases/<int:instance_id>/dates/<token>", methods=["GET", "POST"])
def redate(instance_id: int, token: str) -> Page:
    """Give a task or a timer of a case another date, or extend a period."""
    session = db.session()
    case, row = queries.instance(session, instance_id), queries.dated(session, instance_id, token)
    words = Words(f"Change the date: {row.name}", "Change the date", f"“{row.name}” has another date now.")

    def first(problems: Mapping[str, str]) -> str:
        given = request.form or parts("day", row.due.astimezone(ZONE).date() if row.due else None)
        return ask("interventions/date.html", case, words, problems, given, row=row, clauses=clauses.named(row.clauses))

    return intervene(case, words, lambda: _read_date(row), first)


def ask(
    template: str, case: InstanceRow, words: Words, problems: Mapping[str, str], given: Mapping[str, str], **more: Any
) -> str:
    """The page that asks for a change, with what is wrong by field."""
    targets = {name: _anchor(name) for name in problems}
    return render_template(
        template, case=case, words=words, problems=problems, targets=targets, given=given, now=now(), **more
    )


def _anchor(name: str) -> str:
    """Where the summary of what is wrong leads to: the first box of a date."""
    return "reason" if name == "change" else f"{name}-day" if name.startswith("day") else name


def _read_date(row: DatedRow) -> Asked:
    reasons, problems = why("Enter why the date is changed", "Why the date is changed")
    given = request.form
    found = read_date(given.get("day-day", ""), given.get("day-month", ""), given.get("day-year", ""))
    if isinstance(found, DateFault):
        return Asked(None, reasons, {"day": f"The new date {found.says}"} | problems)
    if wrong := _wrong_day(row, found):
        return Asked(None, reasons, {"day": wrong} | problems)
    return Asked(NewDates({row.token: found}), reasons, problems)


def _wrong_day(row: DatedRow, found: date) -> str:
    if not _today() <= found <= last_day(_today()):
        return f"The new date must be {_REACH.format(last=day(last_day(_today())))}"
    return "That is its date already" if row.due and row.due.astimezone(ZONE).date() == found else ""


def why(missing: str, name: str) -> tuple[str, dict[str, str]]:
    """The reason that was entered, and what is wrong with it, by its field."""
    given, wrong = reason(request.form.get("reason", ""), missing, name)
    return given, {"reason": wrong} if wrong else {}


# -- suspended, and resumed ----------------------------------------------------------------------------------------------


@blueprint.route("/cases/<int:instance_id>/suspend", methods=["GET", "POST"])
def suspend(instance_id: int) -> Page:
    """Let nothing go on in a case until it is resumed."""
    case = queries.instance(db.session(), instance_id)
    words = Words(
        "Suspend this case", "Suspend the case", "The case is suspended.", lambda _: _while_suspended(instance_id)
    )

    def read() -> Asked:
        return Asked(Suspend(), *why("Enter why the case is suspended", "Why the case is suspended"))

    def first(problems: Mapping[str, str]) -> str:
        return ask("interventions/suspend.html", case, words, problems, request.form)

    return intervene(case, words, read, first)


def _while_suspended(instance_id: int) -> list[str]:
    session = db.session()
    tasks, timers = queries.open_tasks(session, instance_id), queries.timers(session, instance=instance_id)
    names = [f"“{each.name}” shows as suspended and can’t be completed. What is typed in it is kept." for each in tasks]
    waits = [
        f"“{each.name}” does not happen before the case is resumed, whatever its date ({day(each.due)})."
        for each in timers
    ]
    return [
        *names,
        *waits,
        "Nobody is told that its tasks are late.",
        "Messages that come for it, and what is reported of it, are kept and reach it when it is resumed.",
    ]


@blueprint.route("/cases/<int:instance_id>/resume", methods=["GET", "POST"])
def resume(instance_id: int) -> Page:
    """Let a suspended case go on, and say what becomes of the dates that have passed."""
    case = queries.instance(db.session(), instance_id)
    if case.suspended is None:
        flash("The case is not suspended.", "problem")
        return redirect(url_for("cases.case", instance_id=instance_id))
    fell = [each for each in queries.timers(db.session(), instance=instance_id) if each.due <= now()]
    words = Words("Resume this case", "Resume the case", "The case goes on.", lambda effect: _at_once(fell, effect))
    days = (_today() - case.suspended.astimezone(ZONE).date()).days

    def first(problems: Mapping[str, str]) -> str:
        given = request.form or {name: text for each in fell for name, text in parts(field_of(each), _today()).items()}
        return ask("interventions/resume.html", case, words, problems, given, fell=fell, days=days, field_of=field_of)

    return intervene(case, words, lambda: _read_resume(fell), first)


def _at_once(fell: list[TimerRow], effect: Effect) -> list[str]:
    """What happens at once, since its date has passed and stays."""
    moved = {each.name for each in effect.moved}
    return [
        f"“{each.name}” happens at once: it fell due on {day(each.due)}." for each in fell if each.name not in moved
    ]


def _today() -> date:
    return now().astimezone(ZONE).date()


def field_of(timer: TimerRow) -> str:
    """The name of the field for a timer's new day."""
    return f"day-{timer.token.replace('.', '-')}"


def _read_resume(fell: list[TimerRow]) -> Asked:
    reasons, problems = why("Enter why the case is resumed", "Why the case is resumed")
    how = request.form.get("how", "" if fell else "as-they-were")
    if how not in ("as-they-were", "shifted", "each"):
        problems = {"how": "Select what becomes of its dates"} | problems
    days, wrong = _read_days(fell) if how == "each" else ({}, {})
    return Asked(Resume(how == "shifted", days), reasons, wrong | problems)


def _read_days(fell: list[TimerRow]) -> tuple[dict[str, date], dict[str, str]]:
    """The day that was given for each timer that fell due, by its token, and by field what is wrong."""
    days: dict[str, date] = {}
    problems: dict[str, str] = {}
    for timer in fell:
        name = field_of(timer)
        found = read_date(*(request.form.get(f"{name}-{part}", "") for part in ("day", "month", "year")))
        if isinstance(found, DateFault):
            problems[name] = f"The date of “{timer.name}” {found.says}"
        elif not _today() <= found <= last_day(_today()):
            problems[name] = f"The date of “{timer.name}” must be {_REACH.format(last=day(last_day(_today())))}"
        else:
            days[timer.token] = found
    return days, problems
