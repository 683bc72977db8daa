"""Deployments that wait: for the approval of a second person, where an authority asks for it, or for the date of a policy.

What is handed in is looked at as if it were deployed at once, and again when it is carried out: what was deployed meanwhile may
stand against it. Then nothing is deployed, and the plan stays, with the reason, until somebody sees to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from engine import queries
from engine.calendar.timers import ZONE
from engine.configuration import ROLES, TITLES, key_of, kind_of
from engine.configuration.roles import OFFICER, Role, read_roles
from engine.deployments import store
from engine.deployments.store import Deployed
from engine.errors import (
    DateNotAhead,
    DocumentOvertaken,
    NotAnApprover,
    OwnDeployment,
    PathwaysError,
    PermissionsKept,
    PlanNotFound,
    PlanOver,
    ReasonMissing,
)
from engine.jobs import queue
from engine.lint.bundle import Bundle
from engine.people import permissions
from engine.queries.configuration import newest_documents
from engine.queries.drawings import BROWSER
from engine.queries.plans import ASKED, CALLED_OFF, DEPLOYED, FAILED, LOOKED, PLANNED, REFUSED
from engine.services.deployments import Deployments
from engine.store.tables import Drawing, Job, PlannedDeployment
from engine.store.tenancy import Scope
from engine.transactions import Transactions

#: The kind of the job that carries a plan out; its token is the plan's id.
JOB = "deploy"
#: How far ahead a deployment may be planned.
FURTHEST = timedelta(days=731)


#: What the key of a process begins with among those of forms, decisions and documents: a decision may have the same id.
_PROCESS = "process:"


def of_process(key: str) -> str:
    """The key of a process where it stands beside those of forms, decisions and documents."""
    return _PROCESS + key


@dataclass(frozen=True)
class HandedIn:
    """Files that somebody hands in: from which day they are to take effect (at once where none is named), on which version and
    from which draft they were drawn."""

    files: Mapping[str, bytes]
    note: str = ""
    based_on: int | None = None
    takes_effect: date | None = None
    drawing: int | None = None
    strict: bool = True
    versions: Mapping[str, int] = field(default_factory=dict)
    """Of forms, decisions and documents of the configuration, by key: the number of the version whose place each takes; 0 for a
    new one."""


class Plans:
    """Handing files in, approving, refusing and calling off, and carrying out what is due."""

    def __init__(self, transactions: Transactions, deployments: Deployments) -> None:
        self._transactions = transactions
        self._world = transactions.world
        self._deployments = deployments

    def approver(self, authority: str) -> str:
        """The role that approves what is deployed in the browser; empty where nobody is asked."""
        home = self._world.config.authorities.get(authority)
        return home.approval if home is not None else ""

    def hand_in(self, handed: HandedIn, by: Scope) -> Deployed | int:
        """Deploy files, or plan it where an approval or a date is to be waited for: then the plan's id. Raises what
        :meth:`Deployments.deploy` raises, NothingNew and DateNotAhead."""
        self._refuse_permissions(handed.files, by)
        takes_effect, role = self._moment(handed.takes_effect), self.approver(by.authority)
        if takes_effect is None and not role:
            return self._deployments.deploy(
                handed.files,
                by=by,
                note=handed.note,
                strict=handed.strict,
                based_on=handed.based_on,
                origin=BROWSER,
                then=partial(self._at_once, handed, by.username),
            )
        bundle = self._deployments.prepare(handed.files, by, handed.strict, handed.based_on)
        self._refuse_overtaken(handed.versions, by)
        with self._transactions.writing(by) as session:
            row = self._new(session, handed, bundle, by)
            row.takes_effect, row.approval, row.status = takes_effect, role, ASKED if role else PLANNED
            session.add(row)
            session.flush()
            if not role:
                _await(session, row)
            return row.id

    def _refuse_permissions(self, files: Mapping[str, bytes], by: Scope) -> None:
        """What a role permits is changed by those who keep people and roles, and never of a role that they hold themselves: else
        whoever may change processes could let themselves do anything. Raises PermissionsKept."""
        home = self._world.config.authorities.get(by.authority)
        document = next((content for name, content in files.items() if kind_of(name) == ROLES), None)
        if home is None or document is None or by.everything:
            return
        found = read_roles(document)[0]
        for ident, role in {**home.roles, **found}.items():
            if _permits(home.roles.get(ident)) == _permits(found.get(ident)):
                continue
            if ident in by.roles or not permissions.may(home, by, "administer"):
                raise PermissionsKept(role=role.name)

    def _at_once(self, handed: HandedIn, by: str, session: Session, deployed: Deployed) -> None:
        _check_versions(handed.versions, deployed)
        _end_drawing(handed.drawing, None, by, self._world.clock.now(), session, deployed)

    def numbers(self, keys: Iterable[str], by: Scope) -> dict[str, int]:
        """The numbers of the newest versions of these forms, decisions and documents; 0 for what is new."""
        with self._transactions.reading(by) as session:
            newest = self._newest(session, by.authority)
        return {key: newest.get(key, 0) for key in keys}

    def propose(self, handed: HandedIn, by: Scope) -> int:
        """Keep files until somebody confirms that they are handed in; the number under which they are kept. What was kept before
        by the same person and never confirmed is let go."""
        bundle = self._deployments.read(handed.files, by.authority)
        with self._transactions.writing(by) as session:
            mine = PlannedDeployment.by == by.username, PlannedDeployment.status == LOOKED
            for old in session.scalars(select(PlannedDeployment).where(*mine, PlannedDeployment.ended.is_(None))):
                self._end(old, CALLED_OFF, by.username, "")
            row = self._new(session, handed, bundle, by)
            row.takes_effect, row.approval, row.status = None, "", LOOKED
            session.add(row)
            session.flush()
            return row.id

    def confirm(
        self,
        plan_id: int,
        note: str,
        by: Scope,
        takes_effect: date | None = None,
        only: frozenset[str] | None = None,
    ) -> Deployed | int:
        """Hand in what was kept, or only the files of these names. Raises PlanNotFound, PlanOver, and what :meth:`hand_in`
        raises: then it stays kept."""
        with self._transactions.reading(by) as session:
            row = _open(session, plan_id)
            if row.status != LOOKED or row.by != by.username:
                raise PlanOver()
            files, versions = queries.plan_files(session, plan_id), dict(row.versions)
        files = {name: content for name, content in files.items() if only is None or name in only}
        done = self.hand_in(HandedIn(files, note, takes_effect=takes_effect, versions=versions), by)
        with self._transactions.writing(by, wakes=False) as session:
            self._end(_open(session, plan_id), CALLED_OFF if isinstance(done, int) else DEPLOYED, by.username, "")
        return done

    def _refuse_overtaken(self, versions: Mapping[str, int], by: Scope) -> None:
        """Raises DocumentOvertaken for a form or decision of which there is a newer version by now."""
        with self._transactions.reading(by) as session:
            newest = self._newest(session, by.authority)
        for key, version in versions.items():
            if newest.get(key, 0) != version:
                raise DocumentOvertaken(version=newest.get(key, 0), key=key.removeprefix(_PROCESS))

    def _newest(self, session: Session, authority: str) -> dict[str, int]:
        """The numbers of the newest versions of all forms, decisions and documents of the configuration, by key. What only a
        file says of these is version 1."""
        found = {key: each.version for each in queries.documents(session) for key in each.keys}
        found |= dict.fromkeys(map(key_of, self._deployments.standing(authority)), 1)
        found |= {of_process(each.key): each.version for each in queries.definitions(session)}
        return found | {key_of(kind): each.version for kind, each in newest_documents(session, authority).items()}

    def back(self, definition_id: int, latest: int, by: Scope, why: str = "") -> Deployed | int:
        """Deploy what an earlier version ran on (its diagram, forms and tables) as a new version, with a note that says so; as
        :meth:`hand_in`.

        ``latest`` is the version that is gone back from: it must still be the latest. Nothing is new where both say the same.
        Raises DefinitionNotFound, and what :meth:`hand_in` raises.
        """
        earlier = self._deployments.earlier(definition_id, by, why)
        return self.hand_in(HandedIn(earlier.files, earlier.note, latest, strict=earlier.strict), by)

    def _moment(self, day: date | None) -> datetime | None:
        """The first moment of a day. Raises DateNotAhead."""
        if day is None:
            return None
        today = self._world.clock.now().astimezone(ZONE).date()
        if not today < day <= today + FURTHEST:
            raise DateNotAhead()
        return datetime.combine(day, time(0), ZONE)

    def _new(self, session: Session, handed: HandedIn, bundle: Bundle, by: Scope) -> PlannedDeployment:
        base = queries.definition(session, handed.based_on) if handed.based_on is not None else None
        key = base.key if base is not None else next(iter(bundle.processes), "")
        names = [bundle.diagrams[file].processes[each].name or each for each, file in bundle.processes.items()]
        documents = [TITLES[kind] for kind in bundle.config]
        titles = names or [*bundle.forms, *dict.fromkeys(bundle.decisions.values()), *documents]
        return PlannedDeployment(
            authority=by.authority,
            process=key,
            title=(base.name if base is not None else ", ".join(titles))[:250],
            files=store.keep(session, by.authority, bundle.files),
            based_on=handed.based_on,
            versions=dict(handed.versions),
            drawing_id=handed.drawing,
            note=handed.note,
            strict=handed.strict,
            by=by.username,
            at=self._world.clock.now(),
        )

    def approve(self, plan_id: int, by: Scope) -> Deployed | None:
        """Approve what somebody else handed in: it is deployed at once, or on its day. Raises PlanNotFound, PlanOver,
        NotAnApprover, OwnDeployment, and what deploying raises: then it stays as it was."""
        now = self._world.clock.now()
        with self._transactions.writing(by) as session:
            row = self._decided_on(session, plan_id, by)
            if row.takes_effect is not None and row.takes_effect > now:
                row.status, row.approved_by, row.approved = PLANNED, by.username, now
                _await(session, row)
                return None
        return self._carry_out(plan_id, approved_by=by.username)

    def refuse(self, plan_id: int, why: str, by: Scope) -> None:
        """Refuse what somebody handed in, with a reason. Raises PlanNotFound, PlanOver, NotAnApprover, ReasonMissing."""
        if not why.strip():
            raise ReasonMissing()
        with self._transactions.writing(by) as session:
            row = self._decided_on(session, plan_id, by)
            self._end(row, REFUSED, by.username, why)

    def call_off(self, plan_id: int, why: str, by: Scope) -> None:
        """Let nothing come of a plan. Raises PlanNotFound, PlanOver."""
        with self._transactions.writing(by) as session:
            row = _open(session, plan_id)
            session.execute(delete(Job).where(Job.kind == JOB, Job.token == str(plan_id)))
            self._end(row, CALLED_OFF, by.username, why)

    def renew(self, plan_id: int, by: Scope) -> None:
        """Let a plan take the place of the newest version, which was deployed since it was handed in; one that could not be
        carried out is tried again. An approval that it had is asked for anew. Raises PlanNotFound, PlanOver, and what deploying
        raises."""
        with self._transactions.reading(by) as session:
            known = queries.plan(session, plan_id)
            files = queries.plan_files(session, plan_id)
            base = queries.latest_definition(session, known.process).id if known.based_on is not None else None
        self._deployments.prepare(files, by, known.strict, base)
        with self._transactions.writing(by) as session:
            row = _open(session, plan_id)
            row.based_on, row.why, row.by = base, "", by.username
            newest = self._newest(session, by.authority)
            row.versions = {key: newest.get(key, 0) for key in row.versions}
            row.status = ASKED if row.approval else PLANNED
            row.approved_by = row.approved = None
            session.execute(delete(Job).where(Job.kind == JOB, Job.token == str(plan_id)))
            if not row.approval:
                row.takes_effect = row.takes_effect or self._world.clock.now()
                _await(session, row)

    def due(self, token: str) -> None:
        """Carry a plan out whose day has come. What stands against it is kept with it: its job is done either way."""
        with self._transactions.reading() as session:
            row = session.get(PlannedDeployment, int(token))
            if row is None or row.status != PLANNED:
                return
        try:
            self._carry_out(int(token))
        except PlanOver:
            return
        except PathwaysError as error:
            with self._transactions.writing(Scope.all_authorities(), wakes=False) as session:
                row = _open(session, int(token))
                row.status, row.why = FAILED, str(error)

    def _carry_out(self, plan_id: int, approved_by: str = "") -> Deployed:
        with self._transactions.reading() as session:
            row = _open(session, plan_id)
            files = queries.plan_files(session, plan_id)
            scope, note, strict, base = Scope(row.authority, username=row.by), row.note, row.strict, row.based_on
        then = partial(self._done, plan_id, approved_by)
        return self._deployments.deploy(
            files, by=scope, note=note, strict=strict, based_on=base, origin=BROWSER, then=then
        )

    def _done(self, plan_id: int, approved_by: str, session: Session, deployed: Deployed) -> None:
        row, now = _open(session, plan_id), self._world.clock.now()
        _check_versions(row.versions, deployed)
        if approved_by:
            row.approved_by, row.approved = approved_by, now
        row.deployment_id = deployed.id or None
        self._end(row, DEPLOYED, approved_by or row.by, "")
        _end_drawing(row.drawing_id, row.at, row.by, now, session, deployed)

    def _end(self, row: PlannedDeployment, status: str, by: str, why: str) -> None:
        row.status, row.ended, row.ended_by, row.why = status, self._world.clock.now(), by, why.strip()

    def _decided_on(self, session: Session, plan_id: int, by: Scope) -> PlannedDeployment:
        """A plan that waits for this person's approval."""
        row = _open(session, plan_id)
        if row.status != ASKED:
            raise PlanOver()
        if not by.holds([row.approval], at=None, case=None):
            raise NotAnApprover(whom=row.approval)
        if by.username == row.by:
            raise OwnDeployment()
        return row


def _permits(role: Role | None) -> tuple[frozenset[str], bool]:
    """What a role lets people do, and whether that is for all schools; one that permits nothing is as one that is not there."""
    if role is None or not role.capabilities:
        return frozenset(), False
    return role.capabilities, role.kind == OFFICER


def _open(session: Session, plan_id: int) -> PlannedDeployment:
    """A plan of which something may still come, locked. Raises PlanNotFound, PlanOver."""
    chosen = select(PlannedDeployment).where(PlannedDeployment.id == plan_id)
    found = session.scalars(chosen.with_for_update()).first()
    if found is None:
        raise PlanNotFound(plan=plan_id)
    if found.ended is not None:
        raise PlanOver()
    return found


def _check_versions(versions: Mapping[str, int], deployed: Deployed) -> None:
    """Raises DocumentOvertaken, so that nothing is deployed, where a form or decision takes another version's place than was
    said."""
    for key, version in versions.items():
        process = key.removeprefix(_PROCESS)
        if process != key:
            made = deployed.processes.get(process)
        else:
            made = deployed.forms.get(key) or deployed.decisions.get(key) or deployed.config.get(key)
        if made is not None and made != version + 1:
            raise DocumentOvertaken(version=made - 1, key=process)


def _await(session: Session, row: PlannedDeployment) -> None:
    """Let a job carry the plan out on its day."""
    assert row.takes_effect is not None
    job = queue.job_row(row.authority, JOB, row.takes_effect)
    session.execute(insert(Job), [{**job, "token": str(row.id)}])


def _end_drawing(
    drawing: int | None, unless_after: datetime | None, by: str, now: datetime, session: Session, deployed: Deployed
) -> None:
    """A draft that was deployed is one no longer, unless somebody drew on in it after it was handed in."""
    row = session.get(Drawing, drawing) if drawing is not None else None
    if row is None or row.ended is not None or (unless_after is not None and row.saved > unless_after):
        return
    brought = {**deployed.processes, **deployed.forms, **deployed.decisions}
    row.ended, row.ended_by, row.deployed_as = now, by, brought.get(row.process)
