"""Something has happened: what people report of a school or a case, and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from markupsafe import Markup
from werkzeug.wrappers import Response

from engine import EventReport, queries
from engine.errors import EventNotReportable, NotAReporter, TimerImpossible
from engine.queries import InstanceRow, Listener, ReportableEvent
from webapp.current import the_engine
from webapp.db import db
from webapp.forms import confidential
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
    return [event for event in _fitting(found, school) if current_user.scope.holds(event.roles, at=at, case=instance)]


def _fitting(events: list[ReportableEvent], school: str | None) -> list[ReportableEvent]:
    """The events with whoever would hear of them now. What begins only processes that are not for the school is left out:
    nothing would come of it. Of a school that has an open case already, no other begins."""
    starting = {event.message: begun for event in events if (begun := _begun(event))}
    if school is None or not starting:
        return events
    fit = the_engine().cases.fits(set().union(*starting.values()), school, current_user.scope)
    begins = the_engine().messages.begins(starting, school, current_user.scope)
    meant = [each for each in events if not each.listeners or _heard(each, fit)]
    return [replace(each, listeners=_heard(each, begins.get(each.message, set()))) for each in meant]


def _begun(event: ReportableEvent) -> set[str]:
    """The keys of the processes that an event may begin."""
    return {each.process for each in event.listeners if each.instance_id is None}


def _heard(event: ReportableEvent, begun: set[str]) -> tuple[Listener, ...]:
    """Whoever listens: cases, and of the processes those that begin."""
    return tuple(each for each in event.listeners if each.instance_id is not None or each.process in begun)


def _reportable(message: str, school: str | None = None, instance: int | None = None) -> ReportableEvent:
    """One of them. Raises EventNotReportable, NotAReporter."""
    event = next(iter(_fitting([queries.reportable_event(db.session(), message, school, instance)], school)), None)
    if event is None:
        raise EventNotReportable(event=message)
    if not current_user.scope.holds(event.roles, at=_place(school, instance), case=instance):
        raise NotAReporter(event=event.title, whom=" or ".join(event.roles))
    return event


def _place(school: str | None, instance: int | None) -> str | None:
    """The URN of the school that a report is about."""
    return school if instance is None else queries.instance(db.session(), instance).school_urn


def _page(event: ReportableEvent, told: EventReport, about: str, back: str) -> Response | tuple[str, int] | str:
    """The form of an event, or what follows when it was filled in well."""
    seen = queries.event_variables(db.session(), told.message, told.school, told.instance)
    asked = _asked(event, told, seen)
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


def _asked(event: ReportableEvent, told: EventReport, seen: Mapping[str, Any]) -> Asked:
    """The form of an event, of which this person reads what they may of the cases that wait for it."""
    waiting = {each.instance_id for each in event.listeners if each.instance_id is not None}
    unseen, read = (set[str]().union(*map(of, waiting)) for of in (confidential.unseen, confidential.told))
    content = queries.form(db.session(), event.form_id)
    made = Asked.of(content, seen, request.path, unseen, school=told.school, case=told.instance)
    return replace(made, told=read - unseen)


def _last(told: EventReport) -> int | None:
    """The last report of the event when the page was opened: the form says it, so that Back reports nothing twice."""
    if request.method == "POST":
        return request.form.get("last", type=int)
    last = queries.newest_report(db.session(), told.message, told.school, told.instance)
    return last.id if last else 0


def _report(event: ReportableEvent, told: EventReport, back: str) -> Response:
    reached = the_engine().messages.report(told, current_user.scope)
    db.session().rollback()  # this request's reads began before a case did
    seen = queries.instances_by_id(db.session(), reached)
    flash(Markup("You reported “{}”. {}").format(event.title, _came_to(reached, seen)))
    return redirect(url_for("cases.case", instance_id=seen[0].id) if len(seen) == len(reached) == 1 else back)


def _came_to(reached: list[int], seen: list[InstanceRow]) -> Markup | str:
    """What came of a report, as far as whoever reported it may know: nothing of a case from which they are barred."""
    if seen:
        return Markup("It went to {}.").format(Markup(", ").join(map(_case_link, seen)))
    if queries.barred_from(db.session(), current_user.scope).isdisjoint(reached) and reached:
        return "It went to a case that you do not see."
    return "No case that you see was waiting for it. It is kept on the school’s record."


def _case_link(case: InstanceRow) -> Markup:
    address = url_for("cases.case", instance_id=case.id)
    link = Markup('<a class="govuk-notification-banner__link" href="{}">case {}</a> ({})')
    return link.format(address, case.id, case.process_name)
