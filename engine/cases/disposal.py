"""Deciding what is deleted and what is held; and deleting a case, so that only the proof of it is left.

All rows of the case go in one transaction, and with them what the entries of the audit trail said of it
(engine/audit/erasing.py). What stays is a certificate: what it was, when, by whom and by which rule, and the SHA-256 of what was
deleted. Contents of files go after the commit: their keys wait in the disposal's row until they are gone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from engine.audit import About, Draft, record, unwatched
from engine.audit.erasing import DELETED, empty
from engine.cases import counting
from engine.errors import (
    CaseHeld,
    DayTooFar,
    DisposalNotFound,
    HoldNames,
    HoldNotFound,
    InstanceNotFound,
    NotForRecords,
    OwnProposal,
    ReasonMissing,
    SchoolNotFound,
)
from engine.people import permissions
from engine.people.register import day_of
from engine.people.retention import last_day
from engine.queries.contents import TABLES, contents, digest
from engine.queries.retention import OPEN, holds, holds_on
from engine.store.tables import (
    Attachment,
    Disposal,
    EvidencePack,
    Hold,
    Message,
    ProcessInstance,
    Report,
    ReportedEvent,
    School,
    SchoolCategory,
    UserTask,
)
from engine.store.tenancy import Scope

if TYPE_CHECKING:
    from engine.cases.stepping import World

#: What a school's record says of a category that a deleted case gave it.
CASE_DELETED = "The case that gave it was deleted under the retention schedule"


@dataclass(frozen=True)
class Held:
    """A legal hold as it is set: on a case, a school (its URN) or a person, one of the three; ``until`` is when to look at it
    again."""

    reason: str
    case: int | None = None
    school: str = ""
    person: str = ""
    until: date | None = None


def check(world: World, by: Scope) -> None:
    """Raises NotForRecords for whoever does not look after records."""
    if not permissions.may(world.config.authorities.get(by.authority), by, "records"):
        raise NotForRecords()


def hold(session: Session, world: World, held: Held, by: Scope) -> int:
    """Set a legal hold; its id. Raises NotForRecords, ReasonMissing, DayTooFar, HoldNames, InstanceNotFound, SchoolNotFound."""
    check(world, by)
    if not held.reason.strip():
        raise ReasonMissing()
    _check_day(world, held.until)
    if sum(map(bool, (held.case, held.school, held.person.strip()))) != 1:
        raise HoldNames(problem="A legal hold is on a case, a school or a person: one of the three")
    if held.case is not None and session.get(ProcessInstance, held.case) is None:
        raise InstanceNotFound(instance=held.case)
    if held.school and session.get(School, (held.school, by.authority)) is None:
        raise SchoolNotFound(urn=held.school)
    if any(
        _on(each.instance_id, each.school_urn, each.person) == _on(held.case, held.school, held.person)
        for each in holds(session)
    ):
        raise HoldNames(problem="This is under such a legal hold already")
    row = Hold(
        authority=by.authority,
        instance_id=held.case,
        school_urn=held.school or None,
        person=held.person.strip(),
        reason=held.reason,
        since=world.clock.now(),
        set_by=by.username,
        until=held.until,
    )
    session.add(row)
    session.flush()
    return row.id


def _on(case: int | None, school: str | None, person: str) -> tuple[int | None, str, str]:
    """What a hold is on, to be compared: people are looked for in whatever letters."""
    return case, school or "", person.strip().casefold()


def _check_day(world: World, day: date | None) -> None:
    """Raises DayTooFar for a day on which nobody would look again."""
    last = last_day(day_of(world.clock.now()))
    if day is not None and day > last:
        raise DayTooFar(last=f"{last:%-d %B %Y}")


def lift(session: Session, world: World, hold_id: int, reason: str, by: Scope) -> None:
    """Lift a legal hold. Raises NotForRecords, ReasonMissing, HoldNotFound."""
    check(world, by)
    if not reason.strip():
        raise ReasonMissing()
    found = session.get(Hold, hold_id, with_for_update=True)
    if found is None or found.lifted is not None:
        raise HoldNotFound()
    found.lifted, found.lifted_by, found.lifted_for = world.clock.now(), by.username, reason


def approve(session: Session, world: World, disposals: Collection[int], by: Scope) -> int:
    """Approve deletions; how many. All or none: raises NotForRecords, DisposalNotFound, CaseHeld, OwnProposal."""
    check(world, by)
    for each in sorted(disposals):
        found = _waiting(session, each)
        if found.listed_by == by.username:
            raise OwnProposal(instance=found.instance_id)
        if holds_on(session, found.instance_id):
            raise CaseHeld(instance=found.instance_id)
        found.status, found.reason, found.again = "approved", "", None
        found.decided, found.decided_by = world.clock.now(), by.username
    return len(disposals)


def keep_back(session: Session, world: World, disposal_id: int, reason: str, again: date, by: Scope) -> None:
    """Keep a case until a day on which it is asked again; one that is kept already, until another. Raises NotForRecords,
    ReasonMissing, DayTooFar, DisposalNotFound."""
    check(world, by)
    if not reason.strip():
        raise ReasonMissing()
    _check_day(world, again)
    found = _waiting(session, disposal_id, (*OPEN, "kept"))
    found.status, found.reason, found.again = "kept", reason, again
    found.decided, found.decided_by = world.clock.now(), by.username


def _waiting(session: Session, disposal_id: int, states: Collection[str] = OPEN) -> Disposal:
    chosen = select(Disposal).where(Disposal.id == disposal_id).with_for_update()
    found = session.scalars(chosen.execution_options(populate_existing=True)).first()
    if found is None or found.status not in states:
        raise DisposalNotFound()
    return found


# -- deleting ----------------------------------------------------------------------------------------------------------


def next_approved(session: Session) -> int | None:
    """The id of a disposal that a worker is to carry out."""
    chosen = select(Disposal.id).where(Disposal.status == "approved").order_by(Disposal.id).limit(1)
    return session.scalar(chosen)


def carry_out(session: Session, world: World, disposal_id: int) -> bool:
    """Delete the case of an approved disposal; false where another worker has, or a hold was set meanwhile. The caller commits,
    then removes the contents of its ``files``."""
    case_id = session.scalar(select(Disposal.instance_id).where(Disposal.id == disposal_id))
    locked = select(ProcessInstance).where(ProcessInstance.id == case_id).with_for_update(of=ProcessInstance)
    case = session.scalars(locked.execution_options(populate_existing=True)).first()
    row = session.get(Disposal, disposal_id, with_for_update=True, populate_existing=True)
    if case is None or row is None or row.status != "approved":
        return False
    if holds_on(session, case.id):
        row.status, row.decided, row.decided_by = "waiting", None, None
        return False
    _delete(session, world, case, row)
    return True


def _delete(session: Session, world: World, case: ProcessInstance, row: Disposal) -> None:
    found, authority, urn = contents(session, case.id), case.authority, case.school_urn
    certificate = _certificate(session, case, row, found)
    chosen = select(Attachment.key).where(Attachment.instance_id == case.id, Attachment.removed.is_(None))
    keys = list(session.scalars(chosen))
    with unwatched(session):
        emptied = empty(session, authority, case.id, row.id)
        _untie(session, case.id, authority)
        counting.forget(session, case.id)
        session.expunge(case)
        for table, where in TABLES.items():
            session.execute(delete(table).where(where(table, row.instance_id)), execution_options=_PLAINLY)
    certificate |= {"trail_entries": emptied.entries, "trail_sha256": emptied.sha256}
    row.status, row.files = ("erasing" if keys else "deleted"), keys
    row.deleted, row.certificate, row.reason = world.clock.now(), certificate, ""
    about = About(urn, row.instance_id, process=row.process)
    record(session, Draft(authority, DELETED, about, after={"disposal": row.id, **certificate}, why=row.rule))


_PLAINLY = {"synchronize_session": False}


def _certificate(
    session: Session, case: ProcessInstance, row: Disposal, found: Mapping[str, Sequence[Mapping[str, Any]]]
) -> dict[str, Any]:
    """What was deleted, without anything of its content."""
    packs = session.scalars(select(EvidencePack.sha256).where(EvidencePack.instance_id == case.id))
    return {
        "sha256": digest(found),
        "rows": {name: len(rows) for name, rows in found.items() if rows},
        "files": sorted(each["sha256"] for each in found["attachment"] if each["removed"] is None),
        "packs": sorted(packs),
        "version": row.version,
        "started": row.started,
        "ended": row.ended,
        "due": row.due,
        "approved": row.decided,
        "approved_by": row.decided_by,
        "listed_by": row.listed_by or "Pathways",
    }


def _untie(session: Session, case: int, authority: str) -> None:
    """Take the case out of what is kept without it: categories and events of its school's record, messages of other cases, and
    reports that were made for its tasks."""
    tasks = select(UserTask.id).where(UserTask.instance_id == case)
    for statement in (
        update(SchoolCategory).where(SchoolCategory.instance_id == case).values(instance_id=None, reason=CASE_DELETED),
        update(Message).where(Message.target_id == case).values(target_id=None),
        update(Report).where(Report.task_id.in_(tasks)).values(task_id=None),
    ):
        session.execute(statement, execution_options=_PLAINLY)
    _untie_events(session, case, authority)


def _untie_events(session: Session, case: int, authority: str) -> None:
    """An event that reached no other case goes with it; another stays for those that it reached."""
    urn = session.scalar(select(ProcessInstance.school_urn).where(ProcessInstance.id == case))
    reported = select(ReportedEvent).where(ReportedEvent.authority == authority, ReportedEvent.urn == urn)
    for each in session.scalars(reported).all():
        if case in each.reached:
            rest = [other for other in each.reached if other != case]
            if rest:
                each.reached = rest
            else:
                session.delete(each)
    session.flush()
