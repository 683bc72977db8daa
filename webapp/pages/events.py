"""Something has happened: what people report of a school or a case, and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from engine import EventReport, queries
from engine.errors import NotAReporter, TimerImpossible
from engine.queries import ReportableEvent, SchoolRow
from webapp.current import the_engine
from webapp.db import db
from webapp.forms.submission import Asked

blueprint = Blueprint("events", __name__)


@blueprint.get("/events")
def schools() -> Response | tuple[str, int] | str:
    """Choose the school to which something has happened."""
    search, chosen = request.args.get("search", "").strip(), request.args.get("urn")
    if chosen:
        return redirect(url_for("events.of_school", urn=chosen))
    found = queries.schools(db.session(), search)
    problem = "Select a school" if chosen is not None or "chosen" in request.args else ""
    page = render_template("events/schools.html", schools=found, search=search, problem=problem)
    return (page, 400) if problem else page


@blueprint.get("/schools/<urn>/events")
def of_school(urn: str) -> str:
    """What may be reported of a school, and what each would do."""
    school = queries.school(db.session(), urn)
    return render_template("events/school.html", school=school, events=reportable(school=urn))


@blueprint.route("/schools/<urn>/events/<message>", methods=["GET", "POST"])
def report(urn: str, message: str) -> Response | tuple[str, int] | str:
    """Report something that happened to a school: the cases that listen are told, and its record keeps it."""
    school = queries.school(db.session(), urn)
    event = _reportable(message, school=urn)
    back, seen = url_for("events.of_school", urn=urn), {"school": _seen(school)}
    return _page(event, EventReport(message, school=urn), school.name, seen, back)


@blueprint.route("/cases/<int:instance_id>/events/<message>", methods=["GET", "POST"])
def report_in_case(instance_id: int, message: str) -> Response | tuple[str, int] | str:
    """Report something to one case only: where a school has several, or a case is about no school."""
    case = queries.instance(db.session(), instance_id)
    event = _reportable(message, instance=instance_id)
    back, seen = url_for("cases.case", instance_id=instance_id), queries.variables(db.session(), instance_id)
    told = EventReport(message, school=case.school_urn, instance=instance_id)
    return _page(event, told, case.school_name or case.business_key, seen, back)


def reportable(school: str | None = None, instance: int | None = None) -> list[ReportableEvent]:
    """The events that this person may report."""
    found, at = queries.reportable_events(db.session(), school, instance), _place(school, instance)
    return [event for event in found if current_user.scope.holds(event.roles, at=at)]


def _reportable(message: str, school: str | None = None, instance: int | None = None) -> ReportableEvent:
    """One of them. Raises EventNotReportable, NotAReporter."""
    event = queries.reportable_event(db.session(), message, school, instance)
    if not current_user.scope.holds(event.roles, at=_place(school, instance)):
        raise NotAReporter(event=event.title, whom=" or ".join(event.roles))
    return event


def _place(school: str | None, instance: int | None) -> str | None:
    """The URN of the school that a report is about."""
    return school if instance is None else queries.instance(db.session(), instance).school_urn


def _seen(school: SchoolRow) -> dict[str, Any]:
    return {"urn": school.urn, "name": school.name, "phase": school.phase, "type": school.type}


def _page(
    event: ReportableEvent, told: EventReport, about: str, seen: Mapping[str, Any], back: str
) -> Response | tuple[str, int] | str:
    """The form of an event, or what follows when it was filled in well."""
    asked = Asked.of(queries.form(db.session(), event.form_id), seen, request.path, school=told.school)
    view, status = asked.view(), 200
    if request.method == "POST":
        submission = asked.submitted()
        if submission.values is not None:
            report = EventReport(told.message, submission.values, told.school, told.instance)
            try:
                return _report(event, report, back)
            except TimerImpossible as wrong:
                view, status = asked.refused(submission.values, wrong), 422
        else:
            view, status = submission.view, submission.status
    return render_template("events/report.html", event=event, view=view, about=about, back=back), status


def _report(event: ReportableEvent, told: EventReport, back: str) -> Response:
    reached = the_engine().messages.report(told, current_user.scope)
    cases = ", ".join(f"case {each}" for each in reached)
    heard = f"It went to {cases}." if reached else "No case was waiting for it. It is kept on the school’s record."
    flash(f"You reported “{event.title}”. {heard}")
    return redirect(url_for("cases.case", instance_id=reached[0]) if len(reached) == 1 else back)
