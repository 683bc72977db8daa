"""The archive, legal holds, and what is due for deletion or was deleted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from engine.errors import CaseArchived, DisposalNotFound, HoldNotFound
from engine.queries.chronology import Period
from engine.queries.common import PER_PAGE, Page, count, page_of
from engine.queries.contents import contents, says
from engine.store.tables import (
    Attachment,
    Disposal,
    Hold,
    Notification,
    Outbox,
    ProcessInstance,
    School,
    UserTask,
)
from engine.store.tenancy import Scope, acting, scope_of

#: What the pages call the states of a proposed deletion.
OPEN = ("waiting", "failed")


@dataclass(frozen=True)
class HoldRow:
    """A legal hold; the words are those of :class:`engine.store.tables.Hold`."""

    id: int
    instance_id: int | None
    school_urn: str | None
    school_name: str
    person: str
    reason: str
    since: datetime
    set_by: str
    until: date | None
    lifted: datetime | None
    lifted_by: str
    lifted_for: str


@dataclass(frozen=True)
class Holds:
    """What a case that is due for deletion holds: ``answers`` are tasks that were answered, ``letters`` what people were told."""

    answers: int
    files: int
    letters: int
    mails: int


@dataclass(frozen=True)
class DisposalRow:
    """A case that is due for deletion, or was deleted; the words are those of :class:`engine.store.tables.Disposal`."""

    id: int
    instance_id: int
    process: str
    process_name: str
    version: int
    school_urn: str | None
    school_name: str
    started: datetime
    ended: datetime
    due: date
    rule: str
    status: str
    listed: datetime
    listed_by: str
    decided: datetime | None
    decided_by: str
    reason: str
    again: date | None
    deleted: datetime | None
    certificate: Mapping[str, Any]
    held: bool = False
    holds: Holds = Holds(0, 0, 0, 0)


# -- legal holds -------------------------------------------------------------------------------------------------------


def holds(session: Session, lifted: bool = False) -> list[HoldRow]:
    """The legal holds of the authority, the newest first; those that were lifted."""
    which = Hold.lifted.is_not(None) if lifted else Hold.lifted.is_(None)
    return _holds(session, which)


def holds_to_look_at(session: Session, today: date) -> int:
    """How many legal holds of the authority are to be looked at again by a day."""
    return session.scalar(select(func.count()).select_from(Hold).where(Hold.lifted.is_(None), Hold.until <= today)) or 0


def hold(session: Session, hold_id: int) -> HoldRow:
    """One of them. Raises HoldNotFound."""
    found = _holds(session, Hold.id == hold_id)
    if not found:
        raise HoldNotFound()
    return found[0]


def holds_on(session: Session, instance_id: int) -> list[HoldRow]:
    """The legal holds that bind a case: on itself, on its school, and on people whom it names anywhere."""
    with acting(session, Scope.all_authorities()):
        urn = session.scalar(select(ProcessInstance.school_urn).where(ProcessInstance.id == instance_id))
        whose = select(ProcessInstance.authority).where(ProcessInstance.id == instance_id).scalar_subquery()
        binds = (Hold.instance_id == instance_id) | (Hold.person != "")
        binds = binds | (Hold.school_urn == urn) if urn else binds
        found = _holds(session, Hold.lifted.is_(None), Hold.authority == whose, binds)
        people = [each for each in found if each.person]
        said = contents(session, instance_id) if people else {}
    return [each for each in found if not each.person or says(said, each.person)]


def cases_held(session: Session, school: str = "", person: str = "") -> int:
    """How many cases a hold on a school (its URN), or on a person, would rest on now: those that are there. Those of a person are
    looked for in one case after another, as a deletion looks."""
    chosen = select(ProcessInstance.id).where(ProcessInstance.authority == scope_of(session).authority)
    with acting(session, Scope.all_authorities()):
        ids = session.scalars(chosen.where(ProcessInstance.school_urn == school) if school else chosen).all()
        return len(ids) if school else sum(says(contents(session, each), person) for each in ids)


def _holds(session: Session, *where: ColumnElement[bool]) -> list[HoldRow]:
    chosen = select(Hold, School.name).outerjoin(
        School, (School.urn == Hold.school_urn) & (School.authority == Hold.authority)
    )
    rows = session.execute(chosen.where(*where).order_by(Hold.id.desc()))
    return [
        HoldRow(
            id=row.id,
            instance_id=row.instance_id,
            school_urn=row.school_urn,
            school_name=name or "",
            person=row.person,
            reason=row.reason,
            since=row.since,
            set_by=row.set_by,
            until=row.until,
            lifted=row.lifted,
            lifted_by=row.lifted_by or "",
            lifted_for=row.lifted_for or "",
        )
        for row, name in rows
    ]


def not_held() -> ColumnElement[bool]:
    """Cases on which no legal hold rests, as far as columns say it: holds on people are looked for in a case's contents."""
    binds = or_(Hold.instance_id == ProcessInstance.id, Hold.school_urn == ProcessInstance.school_urn)
    return ~exists().where(Hold.authority == ProcessInstance.authority, Hold.lifted.is_(None), binds)


def people_held(session: Session, authority: str) -> list[str]:
    """The people on whom a legal hold rests, as cases may say them."""
    chosen = select(Hold.person).where(Hold.authority == authority, Hold.lifted.is_(None), Hold.person != "")
    return list(session.scalars(chosen))


# -- what is read only ------------------------------------------------------------------------------------------------


def archived(session: Session, instance_id: int) -> datetime | None:
    """Since when a case is in the archive."""
    return session.scalar(select(ProcessInstance.archived).where(ProcessInstance.id == instance_id))


def refuse_archived(session: Session, instance_id: int) -> None:
    """Raises CaseArchived for a case to which nothing is added any more."""
    with acting(session, Scope.all_authorities()):
        if archived(session, instance_id) is not None:
            raise CaseArchived(instance=instance_id)


# -- deletions ---------------------------------------------------------------------------------------------------------


def disposals(session: Session, status: str, page: int = 1, process: str = "") -> Page[DisposalRow]:
    """Cases that are due for deletion (waiting, with those that failed), kept back, or deleted, the earliest due first."""
    states = {"waiting": OPEN, "deleted": ("deleted", "erasing")}.get(status, (status,))
    where = [Disposal.status.in_(states), *([Disposal.process == process] if process else [])]
    order = (Disposal.deleted.desc(), Disposal.id.desc()) if status == "deleted" else (Disposal.due, Disposal.id)
    chosen = select(Disposal.id).where(*where)
    ids = session.scalars(chosen.order_by(*order).limit(PER_PAGE + 1).offset((page - 1) * PER_PAGE)).all()
    known = {row.id: row for row in _disposals(session, ids)}
    return page_of([known[each] for each in ids], page, PER_PAGE, count(session, chosen))


def disposal(session: Session, disposal_id: int) -> DisposalRow:
    """One of them. Raises DisposalNotFound."""
    found = _disposals(session, [disposal_id])
    if not found:
        raise DisposalNotFound()
    return found[0]


def disposal_of(session: Session, instance_id: int) -> DisposalRow | None:
    """What was proposed, decided or done about a case; None where nothing was."""
    ids = session.scalars(select(Disposal.id).where(Disposal.instance_id == instance_id)).all()
    return disposal(session, ids[0]) if ids else None


def _disposals(session: Session, ids: Iterable[int]) -> list[DisposalRow]:
    chosen = select(Disposal, School.name).outerjoin(
        School, (School.urn == Disposal.school_urn) & (School.authority == Disposal.authority)
    )
    rows = session.execute(chosen.where(Disposal.id.in_(list(ids)))).all()
    there = [row.instance_id for row, _ in rows if row.deleted is None]
    held, what = _held(session, there), _what(session, there)
    return [_row(row, name or "", row.instance_id in held, what.get(row.instance_id)) for row, name in rows]


def _held(session: Session, cases: list[int]) -> set[int]:
    bound = session.scalar(select(Hold.id).where(Hold.lifted.is_(None)).limit(1)) is not None
    return {each for each in cases if holds_on(session, each)} if bound else set()


def _what(session: Session, cases: list[int]) -> dict[int, Holds]:
    """What each of a few cases holds, as numbers."""
    asked = {
        "answers": (UserTask, UserTask.status == "completed"),
        "files": (Attachment, Attachment.removed.is_(None)),
        "letters": (Notification, Notification.id > 0),
        "mails": (Outbox, Outbox.id > 0),
    }
    found = {name: _number(session, table, where, cases) for name, (table, where) in asked.items()}
    return {each: Holds(**{name: numbers.get(each, 0) for name, numbers in found.items()}) for each in cases}


def _number(session: Session, table: Any, where: ColumnElement[bool], cases: list[int]) -> dict[int, int]:
    counted = func.count(func.distinct(table.occasion)) if table is Notification else func.count()
    chosen = select(table.instance_id, counted).where(table.instance_id.in_(cases), where)
    return {each: number for each, number in session.execute(chosen.group_by(table.instance_id))}


def _row(row: Disposal, school: str, held: bool, what: Holds | None) -> DisposalRow:
    return DisposalRow(
        id=row.id,
        instance_id=row.instance_id,
        process=row.process,
        process_name=row.process_name,
        version=row.version,
        school_urn=row.school_urn,
        school_name=school,
        started=row.started,
        ended=row.ended,
        due=row.due,
        rule=row.rule,
        status=row.status,
        listed=row.listed,
        listed_by=row.listed_by,
        decided=row.decided,
        decided_by=row.decided_by or "",
        reason=row.reason,
        again=row.again,
        deleted=row.deleted,
        certificate=row.certificate or {},
        held=held,
        holds=what or Holds(0, 0, 0, 0),
    )


def deleted_cases(session: Session, period: Period, process: str = "", school: str = "") -> int:
    """How many cases that were open at any time of a period have been deleted since: no figure counts them any more."""
    where = [Disposal.deleted.is_not(None), *([Disposal.process == process] if process else [])]
    where += [Disposal.school_urn == school] if school else []
    where += [Disposal.ended >= period.since] if period.since is not None else []
    where += [Disposal.started < period.until] if period.until is not None else []
    return session.scalar(select(func.count()).select_from(Disposal).where(*where)) or 0


def due_for_deletion(session: Session, authority: str) -> list[tuple[str, int]]:
    """The processes of an authority with cases that wait for a decision, by name, and how many they are."""
    waiting = Disposal.authority == authority, Disposal.status.in_(OPEN)
    chosen = select(Disposal.process_name, func.count()).where(*waiting).group_by(Disposal.process_name)
    return [(name, number) for name, number in session.execute(chosen.order_by(Disposal.process_name))]
