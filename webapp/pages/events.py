"""Something has happened: what people report of a school or a case, and what follows from it."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from markupsafe import Markup
from werkzeug.wrappers import Response

from engine import EventReport, queries
from engine.errors import EventNotReportable, NotAReporter, TimerImpossible
from engine.queries import Listener, ReportableEvent
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
    told = EventReport(message, school=urn)
    return _page(event, told, school.name, url_for("events.of_school", urn=urn))


@blueprint.route("/cases/<int:instance_id>/events/<message>", methods=["GET", "POST"])
def report_in_case(instance_id: int, message: str) -> Response | tuple[str, int] | str:
    """Report something to one case only: where a school has several, or a case is about no school."""
    case = queries.instance(db.session(), instance_id)
    event = _reportable(message, instance=instance_id)
    told = EventReport(message, school=case.school_urn, instance=instance_id)
    return _page(event, told, case.school_name or case.business_key, url_for("cases.case", instance_id=instance_id))


def reportable(school: str | None = None, instance: int | None = None) -> list[ReportableEvent]:
    """The events that this person may report."""
    found, at = queries.reportable_events(db.session(), school, instance), _place(school, instance)
    return [event for event in _fitting(found, school) if current_user.scope.holds(event.roles, at=at)]


def _fitting(events: list[ReportableEvent], school: str | None) -> list[ReportableEvent]:
    """Without what begins only processes that are not for the school: nothing would come of it."""
    begun = {each.process for event in events for each in event.listeners if each.instance_id is None}
    if school is None or not begun:
        return events
    others = begun - the_engine().cases.fits(begun, school, current_user.scope)
    narrowed = [replace(event, listeners=_heard(event, others)) for event in events]
    return [after for before, after in zip(events, narrowed, strict=True) if after.listeners or not before.listeners]


def _heard(event: ReportableEvent, others: set[str]) -> tuple[Listener, ...]:
    """Whoever listens, without the processes that are for other schools."""
    return tuple(each for each in event.listeners if each.instance_id is not None or each.process not in others)


def _reportable(message: str, school: str | None = None, instance: int | None = None) -> ReportableEvent:
    """One of them. Raises EventNotReportable, NotAReporter."""
    event = next(iter(_fitting([queries.reportable_event(db.session(), message, school, instance)], school)), None)
    if event is None:
        raise EventNotReportable(event=message)
    if not current_user.scope.holds(event.roles, at=_place(school, instance)):
        raise NotAReporter(event=event.title, whom=" or ".join(event.roles))
    return event


def _place(school: str | None, instance: int | None) -> str | None:
    """The URN of the school that a report is about."""
    return school if instance is None else queries.instance(db.session(), instance).school_urn


def _page(event: ReportableEvent, told: EventReport, about: str, back: str) -> Response | tuple[str, int] | str:
    """The form of an event, or what follows when it was filled in well."""
    seen = queries.event_variables(db.session(), told.message, told.school, told.instance)
    asked = Asked.of(queries.form(db.session(), event.form_id), seen, request.path, school=told.school)
    view, status, last = asked.opened(), 200, _last(told)
    if request.method == "POST":
        submission = asked.submitted()
        if submission.values is not None:
            try:
                with asked.keeping():
                    return _report(event, replace(told, values=submission.values, seen=last), back)
            except TimerImpossible as wrong:
                view, status = asked.refused(submission.values, wrong), 422
        elif submission.instead:
            return submission.instead
        else:
            view, status = submission.view, submission.status
    return render_template("events/report.html", event=event, view=view, about=about, back=back, last=last), status


def _last(told: EventReport) -> int | None:
    """The last report of the event when the page was opened: the form says it, so that Back reports nothing twice."""
    if request.method == "POST":
        return request.form.get("last", type=int)
    last = queries.newest_report(db.session(), told.message, told.school, told.instance)
    return last.id if last else 0


def _report(event: ReportableEvent, told: EventReport, back: str) -> Response:
    reached = the_engine().messages.report(told, current_user.scope)
    kept = "No case was waiting for it. It is kept on the school’s record."
    heard = Markup("It went to {}.").format(Markup(", ").join(map(_case_link, reached))) if reached else kept
    flash(Markup("You reported “{}”. {}").format(event.title, heard))
    return redirect(url_for("cases.case", instance_id=reached[0]) if len(reached) == 1 else back)


def _case_link(instance_id: int) -> Markup:
    address = url_for("cases.case", instance_id=instance_id)
    process = queries.instance(db.session(), instance_id).process_name
    link = Markup('<a class="govuk-notification-banner__link" href="{}">case {}</a> ({})')
    return link.format(address, instance_id, process)
