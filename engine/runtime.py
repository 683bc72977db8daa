"""The engine: one method a command, one transaction each (``engine/transactions.py``).

A command locks the instance's row first (on PostgreSQL by SELECT ... FOR UPDATE, on SQLite by BEGIN IMMEDIATE; the
row's revision is checked as well), checks that what it acts on is still open, asks ``engine.spiff`` for the outcome
of the step, lets ``engine.cases.records`` write it, and commits. If anything fails on the way, nothing has happened.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from engine import queries, settings
from engine.calendar.files import Calendars
from engine.calendar.terms import SchoolCalendar
from engine.cases import batches, delivery, recalculation, records, start_events, stepping
from engine.cases.stepping import Starting, StepBroken
from engine.clock import OffsetClock
from engine.deployments import store
from engine.deployments.binding import Bundle, Storing
from engine.deployments.store import Deployed
from engine.errors import (
    ClockUnmovable,
    IncidentNotFound,
    InstanceEnded,
    JobLost,
    MessageNotExpected,
    PathwaysError,
    WorkerKilled,
)
from engine.jobs import metrics, outbox, queue
from engine.lint import Finding
from engine.people import permissions
from engine.queries import HistoryRow, InstanceRow, TaskRow
from engine.schools import gias, register
from engine.steps import CalendarChanged, Complete, SetVariables
from engine.store.tenancy import Scope
from engine.transactions import Transactions

log = logging.getLogger("pathways.engine")


class Engine(Transactions):
    """Runs processes. One an application; safe to use from several threads.

    ``database`` is a URL (the tables are then made and kept up to date), a SQLAlchemy engine, or a session factory
    such as Flask-SQLAlchemy's ``db.session``: the engine then works on the same database, in sessions of its own.
    ``clock`` is the machine's unless given, or in sample mode one that :meth:`move_clock` moves. ``calendar`` is one
    school calendar, or a callable that gives the calendar for (authority, school URN or None). ``feel`` is the
    process-wide FEEL engine unless given.

    Wherever a method takes ``by``, that is a username, which acts without a check of roles (library, command line),
    or a :class:`~engine.scope.Scope`, which may only do what its authority and roles allow.
    """

    # -- deployments ------------------------------------------------------------------------------------------

    def check(self, resources: Mapping[str, bytes], authority: str = "", strict: bool = True) -> list[Finding]:
        """Everything that :meth:`deploy` would find in these files, errors and warnings, by file and line."""
        with self.reading() as session:
            return self._inspect(session, self._read(resources, authority, strict), authority, strict)

    def deploy(
        self,
        resources: Mapping[str, bytes],
        authority: str = "",
        by: str | Scope = "",
        note: str = "",
        strict: bool = True,
    ) -> Deployed:
        """Deploy diagrams (.bpmn), decision tables (.dmn) and forms (.form): {file name: content}.

        New cases run on the new versions, running cases stay on theirs. ``strict=False`` takes plain BPMN without
        forms and roles. Raises DeploymentRefused (with ``findings``) and DeploymentEmpty; nothing is written then.
        """
        scope = permissions.who(by)
        authority = authority if scope.everything else scope.authority
        bundle = self._read(resources, authority, strict)
        with self._writing(scope) as session:
            findings = self._inspect(session, bundle, authority, strict)
            store.refuse(findings)
            storing = Storing(
                session, authority, self.clock.now(), scope.username, note, strict, bundle, tuple(findings)
            )
            deployed, fresh = store.store(storing)
            loaded = [self._world.registry.fresh(session, i) for i in fresh.values()]
            calendar = self._world.calendars(authority, None)
            listening = start_events.Listening(authority, storing.now, calendar, self._world.feel)
            start_events.listen(session, self._world.registry, listening, loaded)
        return deployed

    def _read(self, resources: Mapping[str, bytes], authority: str, strict: bool) -> Bundle:
        return store.read_bundle(resources, authority, strict, self._world.feel)

    def _inspect(self, session: Session, bundle: Bundle, authority: str, strict: bool) -> list[Finding]:
        return store.inspect(session, bundle, authority, self.config.roles(authority), self._world.feel, strict)

    # -- cases ------------------------------------------------------------------------------------------------

    def start(
        self,
        key: str,
        business_key: str | None = None,
        variables: Mapping[str, Any] | None = None,
        authority: str = "",
        by: str | Scope = "",
        school: str | None = None,
    ) -> int:
        """Start a case of the latest version of process ``key``; its id.

        ``school`` is a URN: the case then has the variable ``school``, and "URN ..." for a business key unless one is
        given. Raises DefinitionNotFound, NotAStarter, SchoolNotFound, BusinessKeyTooLong, and what the first step
        raises.
        """
        scope = permissions.who(by)
        authority = authority if scope.everything else scope.authority
        with self._step(scope) as session:
            definition_id = stepping.latest_id(session, authority, key)
            permissions.check_may_start(scope, self._world.registry.get(session, definition_id))
            starting = Starting(authority, definition_id, business_key or "", variables or {}, school, scope.username)
            return stepping.start(session, self._world, starting).id

    def start_for_schools(
        self,
        key: str,
        variables: Mapping[str, Any] | None = None,
        authority: str = "",
        by: str | Scope = "",
        urns: Collection[str] | None = None,
        element: str | None = None,
        run_id: str | None = None,
    ) -> int:
        """Start a process for many schools, a case each: these URNs, or all that the start event is for.

        The dispatcher starts the cases; schools that have an open case of the process are skipped. Gives the round's id:
        ``queries.round_of`` says how far it is. ``run_id`` (64 characters at most) makes it safe to send twice: the
        second time, it gives the first round's id. Raises DefinitionNotFound, NotAStarter, NotForSchools, SchoolNotFound.
        """
        scope = permissions.who(by)
        authority = authority if scope.everything else scope.authority
        with self._writing(scope) as session:
            loaded = self._world.registry.get(session, stepping.latest_id(session, authority, key))
            permissions.check_may_start(scope, loaded)
            start = batches.start_of(loaded, element)
            wanted = batches.Wanted(authority, loaded, start, scope.username, variables or {}, urns, run_id)
            return batches.begin(session, self._world, wanted).id

    def schools_for(self, key: str, by: Scope) -> tuple[list[str], set[str]]:
        """Whom a round of this process would be for, by name, and who of all schools has an open case of it (URNs).

        Raises DefinitionNotFound, NotAStarter, NotForSchools.
        """
        with self.reading(by) as session:
            loaded = self._world.registry.get(session, stepping.latest_id(session, by.authority, key))
            permissions.check_may_start(by, loaded)
            wanted = batches.Wanted(by.authority, loaded, batches.start_of(loaded))
            return batches.fitting(session, self._world, wanted), batches.busy(session, wanted)

    def complete(
        self, task_id: int, values: Mapping[str, Any] | None = None, by: str | Scope = "", note: str = ""
    ) -> None:
        """Complete a user task; ``values`` become process variables.

        Raises TaskNotFound, TaskNotOpen (by whom it was completed, and when), TaskNotYours, TaskClaimed, and whatever
        the step raises: then the case is as it was, and an incident tells a manager.
        """
        scope = permissions.who(by)
        with self._step(scope) as session:
            instance, task, waiting = stepping.lock_by_task(session, task_id)
            permissions.check_may_complete(scope, task)
            trigger = Complete(task.token, dict(values or {}))
            stepping.step(
                session, self._world, instance, trigger, waiting, by=scope.username, element=task.element, note=note
            )

    def claim(self, task_id: int, by: str | Scope) -> None:
        """Take a task for oneself. Raises TaskNotFound, TaskNotOpen, TaskNotYours, TaskClaimed."""
        scope = permissions.who(by)
        with self._writing(scope, wakes=False) as session:
            permissions.claim(session, task_id, scope)

    def unclaim(self, task_id: int, by: str | Scope) -> None:
        """Give a claimed task back to its roles. Raises as :meth:`claim`."""
        scope = permissions.who(by)
        with self._writing(scope, wakes=False) as session:
            permissions.release(session, task_id, scope)

    def set_variables(self, instance_id: int, variables: Mapping[str, Any], by: str | Scope = "") -> None:
        """Change process variables of a case: conditions look again, and timers made from them where the diagram says
        so."""
        scope = permissions.who(by)
        with self._step(scope) as session:
            instance = stepping.lock(session, instance_id)
            stepping.step(session, self._world, instance, SetVariables(dict(variables)), by=scope.username)
            now, changed = self.clock.now(), {"variables": sorted(variables)}
            records.add_line(session, instance, now, "changed", scope.username, changed)

    def cancel(self, instance_id: int, reason: str, by: str | Scope = "") -> None:
        """Stop a case for good: all that waits in it ends. Raises InstanceNotFound, InstanceEnded."""
        scope = permissions.who(by)
        with self._writing(scope) as session:
            stepping.stop(session, self._world, stepping.lock(session, instance_id), reason, scope.username)

    # -- messages ---------------------------------------------------------------------------------------------

    def correlate(
        self,
        name: str,
        keys: Mapping[str, Any] | None = None,
        payload: Mapping[str, Any] | None = None,
        authority: str = "",
        by: str | Scope = "",
    ) -> list[int]:
        """Deliver a message to the case that waits for it (``engine/cases/correlation.py`` says which), or start a process
        with it.

        Gives the ids of the cases. Raises MessageNotExpected, MessageAmbiguous, and what the step raises.
        """
        scope = permissions.who(by)
        authority, keys = authority if scope.everything else scope.authority, keys or {}
        with self._step(scope) as session:
            found = delivery.correlate(session, self._world, authority, name, keys, payload or {}, scope.username)
            if not found:
                said = ", ".join(f"{key} {value}" for key, value in keys.items()) or "none"
                raise MessageNotExpected(name=name, keys=said)
            return found

    def signal(
        self, name: str, payload: Mapping[str, Any] | None = None, authority: str = "", by: str | Scope = ""
    ) -> int:
        """Send a signal to every case of the authority that listens; the dispatcher delivers it. Gives its message
        id."""
        scope = permissions.who(by)
        authority = authority if scope.everything else scope.authority
        with self._writing(scope) as session:
            return delivery.send(session, self._world, authority, "signal", name, {}, payload or {})

    def resend(self, message_id: int, by: str | Scope = "") -> None:
        """Let a message that nobody waited for be delivered again. Raises MessageNotFound."""
        with self._writing(permissions.who(by)) as session:
            delivery.resend(session, self._world, message_id)

    @property
    def calendars(self) -> Calendars | None:
        """The folder of calendars that it works by, if it was given one."""
        return self._world.calendars if isinstance(self._world.calendars, Calendars) else None

    def calendar(self, authority: str, school: str | None = None) -> SchoolCalendar:
        """The school calendar of an authority, or of one of its schools (a URN) that has its own."""
        return self._world.calendars(authority, school)

    def follow_calendars(self) -> int:
        """Where school calendars have been replaced, work out again the dates of all cases that go by them.

        How many cases that were. Safe to repeat and to break off: a calendar counts as followed once all its cases are
        done. A case whose dates cannot be worked out becomes an incident.
        """
        if self.calendars is None:
            return 0
        digests = self.calendars.digests()
        if digests == self._followed:
            return 0
        with self.reading() as session:
            before = recalculation.followed(session)
            names = recalculation.changed(digests if before is None else before, digests)
            affected = recalculation.affected(session, names) if names else []
        for instance_id in affected:
            self._recalculate(instance_id)
        if before is None or names:
            with self._writing(Scope.all_authorities()) as session:
                for authority in (name for name in names if "/" not in name):
                    world = start_events.Listening(
                        authority, self.clock.now(), self.calendar(authority), self._world.feel
                    )
                    start_events.recalculate(session, self._world.registry, world)
                recalculation.remember(session, digests)
        self._followed = digests
        return len(affected)

    def _recalculate(self, instance_id: int) -> None:
        try:
            with self._step(Scope.all_authorities()) as session:
                stepping.step(session, self._world, stepping.lock(session, instance_id), CalendarChanged())
        except InstanceEnded:
            return
        except PathwaysError:
            log.exception("The dates of case %s could not be worked out again.", instance_id)

    # -- jobs -------------------------------------------------------------------------------------------------

    def next_due(self) -> datetime | None:
        """When the next job is due; None when none waits."""
        with self.reading() as session:
            found = [queue.next_due(session), outbox.next_due(session) if self._send else None]
        return min((due for due in found if due is not None), default=None)

    def fire_next_due(self) -> bool:
        """Do the earliest due job, whatever comes of it; false when none is due (or others hold all that are).

        A job that fails is tried again after a pause and becomes an incident in the end: nothing is raised here for it.
        """
        everything = Scope.all_authorities()
        claimed: queue.Claimed | WorkerKilled | None = WorkerKilled()
        while isinstance(claimed, WorkerKilled):
            with self._writing(everything, wakes=False) as session:
                claimed = queue.claim(session, self.clock.now(), self.config)
        if claimed is None:
            return False
        try:
            with self._writing(everything, wakes=False) as session:
                delivery.run(session, self._world, claimed)
            metrics.fired(claimed.kind, self.clock.now() - claimed.due)
        except JobLost:
            pass  # another worker has it; this one has written nothing
        except Exception as error:
            metrics.failed(claimed.kind)
            cause = error.cause if isinstance(error, StepBroken) else error
            with self._writing(everything, wakes=False) as session:
                queue.fail(session, claimed, cause, self.clock.now(), self.config)
        return True

    def figures(self) -> dict[str, float]:
        """The numbers that a monitor watches (``engine/jobs/metrics.py``), read now."""
        with self.reading() as session:
            return metrics.figures(session, self.clock.now())

    def run_due_jobs(self, limit: int | None = None) -> int:
        """Do all that is due, in due order, and what becomes due by it; how many jobs that was."""
        done = 0
        while (limit is None or done < limit) and self.fire_next_due():
            done += 1
        return done

    def send_outbox(self, limit: int | None = None) -> int:
        """Send what waits in the outbox; how many letters were tried. Does nothing without a mail server."""
        tried, everything = 0, Scope.all_authorities()
        while self._send is not None and (limit is None or tried < limit):
            with self._writing(everything, wakes=False) as session:
                letter = outbox.claim(session, self.clock.now(), self.config)
            if letter is None:
                break
            tried += 1
            self._post(letter, self._send)
        return tried

    def _post(self, letter: outbox.Letter, send: outbox.Sender) -> None:
        failure: Exception | None = None
        try:
            send(letter)  # outside any transaction: a slow mail server must not hold a lock
        except Exception as error:
            failure = error
        with self._writing(Scope.all_authorities(), wakes=False) as session:
            if failure is None:
                outbox.sent(session, letter, self.clock.now())
            else:
                outbox.failed(session, letter, failure, self.clock.now(), self.config)

    def retry(self, incident_id: int, by: str | Scope = "") -> None:
        """Resolve an incident; what failed is tried again at once. Raises IncidentNotFound."""
        scope = permissions.who(by)
        with self._writing(scope) as session:
            found = queue.incident(session, incident_id)
            if found.instance_id is not None and found.kind != "outbox":
                instance = stepping.lock(session, found.instance_id)
                said = {"message": found.message}
                records.add_line(session, instance, self.clock.now(), "retried", scope.username, said, found.element)
                session.refresh(found)
            if found.resolved is not None:
                raise IncidentNotFound(incident=incident_id)
            queue.retry(session, found, self.clock.now(), scope.username)

    # -- looking ----------------------------------------------------------------------------------------------

    def user_tasks(self, instance: int | None = None) -> list[TaskRow]:
        """The open user tasks of a case, or of all, the oldest first."""
        with self.reading() as session:
            return queries.open_tasks(session, instance)

    def instance(self, instance_id: int) -> InstanceRow:
        """A case; its ``state`` is active, completed, terminated or cancelled. Raises InstanceNotFound."""
        with self.reading() as session:
            return queries.instance(session, instance_id)

    def variables(self, instance_id: int) -> dict[str, Any]:
        """The process variables of a case, running or ended. Raises InstanceNotFound."""
        with self.reading() as session:
            return dict(queries.variables(session, instance_id))

    def history(self, instance_id: int) -> list[HistoryRow]:
        """The whole story of a case, the oldest line first."""
        with self.reading() as session:
            return queries.timeline(session, instance_id, limit=1_000_000)[::-1]

    def trace(self, instance_id: int) -> list[str]:
        """The ids of the elements that were completed, in that order."""
        with self.reading() as session:
            return queries.trace(session, instance_id)

    # -- the installation -------------------------------------------------------------------------------------

    def import_schools(self, data: bytes, authority: str) -> register.Imported:
        """Bring an authority's register up to date from a CSV file of ours or the national extract. Safe to repeat.

        A file of ours is taken whole or not at all: raises RegisterUnreadable. Of the extract, a line that cannot be read
        is told. Raises AuthorityNumberMissing.
        """
        extract, rows = None, []
        if gias.is_extract(data):
            extract = gias.read(data, self.config.la_code(authority))
        else:
            rows = register.read(data)
        with self._writing(Scope.all_authorities(), wakes=False) as session:
            now = self.clock.now()
            if extract is not None:
                return register.store_extract(session, authority, extract, now)
            return register.store(session, authority, rows, now)

    def move_clock(self, forward: timedelta) -> datetime:
        """Sample mode: move the clock of the whole installation forward; the new time. Raises ClockUnmovable."""
        if not isinstance(self.clock, OffsetClock) or forward < timedelta(0):
            raise ClockUnmovable()
        with self._writing(Scope.all_authorities()) as session:
            settings.write_offset(session, settings.read_offset(session) + forward)
            self._offset.forget()
        self._offset.forget()
        return self.clock.now()
