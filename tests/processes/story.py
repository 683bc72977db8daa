"""Tells a story on the real engine: people complete tasks through their forms, and time passes on a clock of the test's own."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from engine import Engine, EventReport, Scope, queries
from engine.clock import VirtualClock
from engine.errors import FormInvalid
from engine.feel import Feel
from engine.forms import AtTime, Form, load_form, plausible
from engine.queries.notices import TASK
from engine.schools.takeovers import Decision
from engine.store.tables import START, Job, Notification, ProcessDefinition, ProcessInstance
from tests.processes import without
from webapp.dates import ZONE
from webapp.sample.year import resources

ROOT = Path(__file__).resolve().parent.parent.parent


def prepare(engine: Engine, authority: str, clause: str = "") -> None:
    """Put the schools, diagrams, forms and tables of an authority in; of diagrams in which nothing carries a clause, unchecked."""
    register = ROOT / "config" / "schools" / f"{authority}.csv"
    engine.schools.import_file(register.read_bytes(), authority)
    files = resources(ROOT, authority)
    if clause:
        engine.deployments.put(without.changed(files, clause), authority)
        return
    engine.deployments.deploy(files, authority, by="story", note="for the story")


class Story:
    """One case. Answers that a step does not give are the first that the form accepts."""

    def __init__(self, engine: Engine, clock: VirtualClock, authority: str) -> None:
        self.engine, self.clock, self.authority = engine, clock, authority
        with engine.reading() as session:
            ready = bool(queries.definitions(session))
        if not ready:
            prepare(engine, authority)
        self.case = 0

    def scope(self, *roles: str) -> Scope:
        """Somebody who holds these roles and no others."""
        return Scope(self.authority, frozenset(roles), f"{'-and-'.join(roles)}@{self.authority}.example.org")

    def start(self, role: str, process: str, school: str | None, **answers: Any) -> Story:
        """Start the case, for a school by its URN or for the authority as a whole."""
        with self.engine.reading() as session:
            definition = queries.latest_definition(session, process)
            content = queries.start_form(session, definition.id)
        values = self._values(load_form(content), {}, role, answers) if content else answers
        self.case = self.engine.cases.start(process, variables=values, by=self.scope(role), school=school)
        return self

    def start_by_timer(self, process: str, element: str, school: str | None = None) -> Story:
        """Let time pass until the timer start event fires, and follow the case that it began (for this school)."""
        self.clock.set(self.beat(process, element))
        self.engine.jobs.run_due()
        return self.follow(process, school)

    def beat(self, process: str, element: str) -> datetime:
        """When the timer start event of a process fires next."""
        with self.engine.reading() as session:
            waits = select(Job.due).join(ProcessDefinition, ProcessDefinition.id == Job.definition_id)
            due = session.scalar(
                waits.where(ProcessDefinition.key == process, Job.element == element, Job.kind == START)
            )
            assert due is not None, f"{element} of {process} does not wait"
            return due

    def receive(self, name: str, school: str, **payload: Any) -> Story:
        """A message arrives for a school from outside, or from a case that is not part of the story."""
        self.engine.messages.correlate(name, {"urn": school}, payload, self.authority)
        self.engine.jobs.run_due()
        return self

    def report(
        self, role: str, message: str, school: str | None = None, instance: int | None = None, **answers: Any
    ) -> Story:
        """Somebody reports what has happened, through the event's form, and it arrives."""
        with self.engine.reading() as session:
            event = queries.reportable_event(session, message, school, instance)
            seen = queries.event_variables(session, message, school, instance)
            content = queries.form(session, event.form_id) if event.form_id else None
        values = self._values(load_form(content), seen, role, answers) if content else answers
        self.engine.messages.report(EventReport(message, values, school, instance), self.scope(role))
        self.engine.jobs.run_due()
        return self

    def converts(self, school: str) -> Story:
        """The register says that a school has become an academy."""
        with self.engine.reading() as session:
            known = queries.school(session, school)
        line = f'{school},"{known.name}",{known.phase},academy,Example Learning Trust'
        self.engine.schools.import_file(f"urn,name,phase,type,trust\n{line}\n".encode(), self.authority)
        self.engine.jobs.run_due()
        return self

    def closes(self, school: str) -> Story:
        """The register says that a school has closed."""
        with self.engine.reading() as session:
            known = queries.school(session, school)
        line = f'{school},"{known.name}",{known.phase},{known.type},closed'
        self.engine.schools.import_file(f"urn,name,phase,type,status\n{line}\n".encode(), self.authority)
        self.engine.jobs.run_due()
        return self

    def is_followed(self, school: str, by: str = "199999", name: str = "Followup Academy") -> Story:
        """A school closes and opens as an academy under another URN; a manager confirms that this takes over."""
        with self.engine.reading() as session:
            known = queries.school(session, school)
        schools = (
            f'{school},"{known.name}",{known.phase},{known.type},converted\n{by},{name},{known.phase},academy,open\n'
        )
        links = f"URN,LinkURN,LinkType\n{by},{school},Predecessor\n"
        files = {"schools": f"urn,name,phase,type,status\n{schools}".encode(), "links": links.encode()}
        self.engine.schools.import_files(files, self.authority)
        self.engine.jobs.run_due()
        manager = self.scope("service-director")
        seen = self.engine.schools.succession(1, manager)
        self.engine.schools.confirm_succession(1, Decision(seen.digest), manager)
        self.engine.jobs.run_due()
        return self

    def follow(self, process: str, school: str | None = None) -> Story:
        """Turn to the newest case of a process, once what was sent has arrived."""
        self.engine.jobs.run_due()
        found = self.cases(process, school)
        assert found, f"there is no case of {process}"
        self.case = found[-1]
        return self

    def cases(self, process: str, school: str | None = None) -> list[int]:
        """The cases of a process (for this school), oldest first."""
        with self.engine.reading() as session:
            chosen = select(ProcessInstance.id).where(ProcessInstance.process == process)
            if school is not None:
                chosen = chosen.where(ProcessInstance.school_urn == school)
            return list(session.scalars(chosen.order_by(ProcessInstance.id)))

    def waiting(self) -> list[str]:
        """The elements of the open tasks, in alphabetical order."""
        return sorted(task.element for task in self.engine.tasks.open(self.case))

    def do(self, role: str, element: str, **answers: Any) -> Story:
        """Complete a task in a role, through its form."""
        return self.do_as((role,), element, **answers)

    def do_as(self, roles: tuple[str, ...], element: str, **answers: Any) -> Story:
        """Complete a task as somebody who holds several roles; the form is filled in by the first."""
        found = [task for task in self.engine.tasks.open(self.case) if task.element == element]
        assert found, f"{element} does not wait; {self.waiting()} do"
        with self.engine.reading() as session:
            detail = queries.task(session, found[0].id)
        known = dict(detail.variables)
        values = self._values(load_form(detail.form), known, roles[0], answers) if detail.form else answers
        self.engine.tasks.complete(found[0].id, values, by=self.scope(*roles))
        return self

    def refused(self, role: str, element: str, **answers: Any) -> dict[str, list[str]]:
        """What the form of a task says of answers that it does not take, by question; nothing is completed."""
        with pytest.raises(FormInvalid) as told:
            self.do(role, element, **answers)
        return dict(told.value.errors)

    def report_refused(self, role: str, message: str, school: str, **answers: Any) -> dict[str, list[str]]:
        """What the form of an event says of answers that it does not take, by question; nothing is reported."""
        with pytest.raises(FormInvalid) as told:
            self.report(role, message, school, **answers)
        return dict(told.value.errors)

    def later(self, days: int) -> Story:
        """Let days pass."""
        self.clock.advance(timedelta(days=days))
        self.engine.jobs.run_due()
        return self

    def shown(self, role: str, element: str) -> set[str]:
        """The keys of what the form of an open task shows to a role, as the case stands."""
        task = next(task for task in self.engine.tasks.open(self.case) if task.element == element)
        with self.engine.reading() as session:
            detail = queries.task(session, task.id)
        fields = load_form(detail.form).visible_fields(dict(detail.variables), {role}, self.feel)
        return {field.key for field in fields}

    def _values(self, form: Form, variables: dict[str, Any], role: str, answers: dict[str, Any]) -> dict[str, Any]:
        """Answers for a form: those given, and for the rest the first option, some text, or today."""
        today = self.clock.now().astimezone(ZONE).date()
        return plausible(form, variables, self.feel, {role}, today, answers)

    @property
    def feel(self) -> AtTime:
        """FEEL as the pages have it: today is the story's, and the calendar is the authority's."""
        return AtTime(Feel.shared(), self.clock.now(), self.engine.calendars.of(self.authority, None).why_closed)

    def due(self, element: str) -> datetime:
        """When the timer at this element fires."""
        with self.engine.reading() as session:
            return next(t.due for t in queries.timers(session, instance=self.case) if t.element == element)

    def wait_for(self, element: str) -> Story:
        """Let time pass until this timer fires."""
        self.clock.set(self.due(element))
        self.engine.jobs.run_due()
        return self

    def category_of(self, school: str) -> str:
        """The category that the register has a school in."""
        with self.engine.reading() as session:
            return queries.school(session, school).category

    @property
    def variables(self) -> dict[str, Any]:
        """The variables of the case as they stand."""
        return dict(self.engine.cases.variables(self.case))

    @property
    def told(self) -> list[tuple[str, str]]:
        """What the case told people, in that order: the role and the subject."""
        with self.engine.reading() as session:
            mine = Notification.instance_id == self.case, Notification.kind != TASK
            sent = select(Notification.role, Notification.subject).where(*mine)
            return [(role, subject) for role, subject in session.execute(sent.order_by(Notification.id))]

    @property
    def ended(self) -> bool:
        """Whether the case is over."""
        return self.engine.cases.get(self.case).status != "active"

    @property
    def trace(self) -> list[str]:
        """The elements that were completed, in that order."""
        return self.engine.cases.trace(self.case)
