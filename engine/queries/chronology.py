"""Everything that happened in cases, or at a school over years, in one order of time: what an evidence pack is made of.

Each source is read by one statement for all cases, so that the number of statements does not grow with them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.queries.common import AnyRow, AnySelect, Elements, of_school
from engine.queries.events import ReportedEventRow, reported_row
from engine.queries.notices import TASK
from engine.queries.reported import in_sight, reports_to
from engine.schools.successions import predecessors
from engine.store.tables import (
    OPEN,
    Attachment,
    Comment,
    Correction,
    History,
    Incident,
    Message,
    Notification,
    ProcessDefinition,
    ProcessInstance,
    ReportedEvent,
    School,
    SchoolCategory,
    SchoolChange,
    UserTask,
)

#: The kinds of events, and the groups in which people choose them.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "people": ("began", "answered", "corrected", "commented", "filed", "reported", "acted"),
    "waiting": ("waits",),
    "told": ("told",),
    "diagram": ("passed", "withdrawn", "skipped", "thrown"),
    "trouble": ("trouble", "mended"),
    "register": ("register", "category"),
}
#: Lines of history that somebody's act brought, and no element's end.
_ACTS = frozenset({"stopped", "changed", "retried", "moved", "noted", "resent", "redirected", "rested"})
_ACTS |= {"barred", "unbarred"}
_ACTS |= {"redated", "suspended", "resumed", "sent", "placed"}
_ACTS |= {"migrated", "reverted", "reminded", "ranked", "resting", "woken"}
_ACTS |= {"claimed", "released", "handed", "delegated", "returned", "linked", "opened", "unlinked"}
_ENDS = {"cancelled": "withdrawn", "skipped": "skipped"}


@dataclass(frozen=True)
class CaseRow:
    """A case as its chronology introduces it: whose diagram it ran, for which school, from when until when."""

    id: int
    definition_id: int
    process: str
    process_name: str
    version: int
    business_key: str
    school_urn: str | None
    school_name: str
    status: str
    started: datetime
    started_by: str
    ended: datetime | None
    reason: str


@dataclass(frozen=True)
class EventRow:
    """Something that happened. ``key`` names it for ever within the authority, ``kind`` is one of :data:`GROUPS`.

    ``at`` is when it ended or was said; a task's also has when it was ``asked`` and ``due``. ``text`` is what people were
    told or what went wrong; ``detail`` what else the record says, by the names of its source.
    """

    key: str
    kind: str
    at: datetime
    case: int | None
    element: str = ""
    name: str = ""
    node: str = ""
    """The BPMN name of the element's kind, such as userTask."""
    process: str = ""
    version: int = 0
    lane: str = ""
    by: str = ""
    roles: tuple[str, ...] = ()
    """Who was asked, or told."""
    clauses: tuple[str, ...] = ()
    task_id: int | None = None
    asked: datetime | None = None
    due: datetime | None = None
    text: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Period:
    """From a moment until before another; None leaves that side open."""

    since: datetime | None = None
    until: datetime | None = None

    def limit(self, chosen: AnySelect, column: Any) -> AnySelect:
        """Narrow a query to rows whose moment lies within it."""
        chosen = chosen if self.since is None else chosen.where(column >= self.since)
        return chosen if self.until is None else chosen.where(column < self.until)

    def holds(self, at: datetime) -> bool:
        """Whether a moment lies within it."""
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)


ALWAYS = Period()


def case_rows(session: Session, cases: Iterable[int]) -> list[CaseRow]:
    """These cases, the oldest first."""
    return _cases(session, _selected().where(ProcessInstance.id.in_(list(cases))))


def cases_of_school(session: Session, urn: str, period: Period = ALWAYS) -> list[CaseRow]:
    """The cases that a school had in a period, the oldest first; with those of the schools that it took over from."""
    chosen = _selected().where(ProcessInstance.school_urn.in_([urn, *predecessors(session, urn)]))
    if period.since is not None:
        chosen = chosen.where(ProcessInstance.ended.is_(None) | (ProcessInstance.ended >= period.since))
    if period.until is not None:
        chosen = chosen.where(ProcessInstance.started < period.until)
    return _cases(session, chosen)


def _selected() -> AnySelect:
    return (
        select(
            ProcessInstance.id,
            ProcessInstance.definition_id,
            ProcessInstance.process,
            ProcessDefinition.name,
            ProcessDefinition.version,
            ProcessInstance.business_key,
            ProcessInstance.school_urn,
            School.name.label("school_name"),
            ProcessInstance.status,
            ProcessInstance.started,
            ProcessInstance.started_by,
            ProcessInstance.ended,
            ProcessInstance.reason,
        )
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .join(School, of_school(), isouter=True)
        .order_by(ProcessInstance.id)
    )


def _cases(session: Session, chosen: AnySelect) -> list[CaseRow]:
    return [_case(row) for row in session.execute(chosen).all()]


def _case(row: AnyRow) -> CaseRow:
    return CaseRow(
        id=row.id,
        definition_id=row.definition_id,
        process=row.process,
        process_name=row.name,
        version=row.version,
        business_key=row.business_key,
        school_urn=row.school_urn,
        school_name=row.school_name or "",
        status=row.status,
        started=row.started,
        started_by=row.started_by,
        ended=row.ended,
        reason=row.reason or "",
    )


def chronology(session: Session, cases: Sequence[CaseRow], period: Period = ALWAYS) -> list[EventRow]:
    """All that happened in these cases in a period, the oldest first; what the register changed of their schools too."""
    ids = [case.id for case in cases]
    found = [
        *_history(session, cases, period),
        *_waiting(session, ids, period),
        *_told(session, ids, period),
        *_thrown(session, ids, period),
        *_troubles(session, ids, period),
        *_register(session, cases, period),
        *_corrected(session, ids, period),
        *_commented(session, ids, period),
        *_filed(session, ids, period),
        *_reported_to(session, cases, period),
    ]
    return sorted(found, key=lambda event: event.at)


def school_chronology(session: Session, urn: str, period: Period = ALWAYS) -> tuple[list[CaseRow], list[EventRow]]:
    """A school's cases of a period and all that happened, the oldest first; what was reported of it with them."""
    cases = cases_of_school(session, urn, period)
    urns = [urn, *predecessors(session, urn)]
    of_school = {*GROUPS["register"], "reported"}  # of them the school's record has more than its cases
    within = [event for event in chronology(session, cases, period) if event.kind not in of_school]
    found = [*within, *_reported(session, urns, period), *_of_register(session, urns, period)]
    return cases, sorted(found, key=lambda event: event.at)


def _history(session: Session, cases: Sequence[CaseRow], period: Period) -> Iterator[EventRow]:
    """What ended in the cases, in the order of their histories, each task's line with when it was asked and due."""
    ids = [case.id for case in cases]
    chosen = select(History).where(History.instance_id.in_(ids)).order_by(History.instance_id, History.seq)
    lines = session.scalars(period.limit(chosen, History.ended)).all()
    known = _Known(session, [*(line.definition_id for line in lines), *(case.definition_id for case in cases)])
    tasks = {(row.instance_id, row.token): row for row in _tasks(session, ids)}
    own = {case.id: case.definition_id for case in cases}
    for line in lines:
        task = tasks.get((line.instance_id, line.token)) if line.token else None
        yield _line(line, known, own, task)


def _line(line: History, known: _Known, own: Mapping[int, int], task: AnyRow | None) -> EventRow:
    kind = _kind_of(line, task)
    definition = line.definition_id or own[line.instance_id]
    return EventRow(
        key=f"h{line.instance_id}.{line.seq}",
        kind=kind,
        at=line.ended,
        case=line.instance_id,
        by=line.by or "",
        detail={**(line.detail or {}), "how": line.how},
        asked=task.created if task else line.entered,
        due=task.due if task else None,
        task_id=task.id if task else None,
        roles=tuple(task.candidate_groups) if task else (),
        **known.said(definition, line.element),
    )


def _kind_of(line: History, task: AnyRow | None) -> str:
    if line.how == "started":
        return "began"
    if line.how in _ACTS:
        return "acted"
    if line.how == "incident":
        return "trouble"
    return _ENDS.get(line.how, "answered" if task is not None else "passed")


def _tasks(session: Session, ids: Sequence[int]) -> Sequence[AnyRow]:
    columns = UserTask.token, UserTask.created, UserTask.due, UserTask.candidate_groups, UserTask.assignee
    chosen = select(UserTask.id, UserTask.instance_id, UserTask.definition_id, UserTask.element, *columns)
    return session.execute(chosen.where(UserTask.instance_id.in_(ids))).all()


class _Known:
    """What definitions say of their elements, with the process and the version beside it."""

    def __init__(self, session: Session, ids: Iterable[int | None]) -> None:
        wanted = {each for each in ids if each is not None}
        self._elements = Elements(session, wanted)
        rows = session.execute(
            select(ProcessDefinition.id, ProcessDefinition.version).where(ProcessDefinition.id.in_(wanted))
        )
        self._versions = {definition_id: version for definition_id, version in rows}

    def said(self, definition_id: int | None, element: str) -> dict[str, Any]:
        """The part of an event that its element says."""
        info = self._elements.info(definition_id, element)
        process, version = self._elements.process(definition_id)[1], self._versions.get(definition_id or 0, 0)
        named = {"element": element, "name": info.name if element else "", "process": process, "version": version}
        return {**named, "node": info.kind, "lane": info.lane, "clauses": info.clauses}


def _corrected(session: Session, ids: Sequence[int], period: Period) -> Iterator[EventRow]:
    """The notes of correction, each of its task."""
    chosen = select(Correction, UserTask.definition_id, UserTask.element, UserTask.candidate_groups)
    chosen = chosen.join(UserTask, UserTask.id == Correction.task_id).where(Correction.instance_id.in_(ids))
    rows = session.execute(period.limit(chosen.order_by(Correction.id), Correction.at)).all()
    known = _Known(session, [row.definition_id for row in rows])
    for row in rows:
        note = row.Correction
        yield EventRow(
            key=f"k{note.id}",
            kind="corrected",
            at=note.at,
            case=note.instance_id,
            by=note.by,
            roles=tuple(row.candidate_groups),
            task_id=note.task_id,
            text=note.text,
            detail={"reason": note.reason, **({"was": note.was} if note.was is not None else {})},
            **{**known.said(row.definition_id, row.element), "clauses": ()},
        )


def _commented(session: Session, ids: Sequence[int], period: Period) -> Iterator[EventRow]:
    """The comments of officers, each of its task or case."""
    chosen = select(Comment, UserTask.definition_id, UserTask.element)
    chosen = chosen.join(UserTask, UserTask.id == Comment.task_id, isouter=True).where(Comment.instance_id.in_(ids))
    rows = session.execute(period.limit(chosen.order_by(Comment.id), Comment.at)).all()
    known = _Known(session, [row.definition_id for row in rows])
    for row in rows:
        said = row.Comment
        about = known.said(row.definition_id, row.element) if row.definition_id else {}
        yield EventRow(
            key=f"o{said.id}",
            kind="commented",
            at=said.at,
            case=said.instance_id,
            by=said.by,
            task_id=said.task_id,
            text=said.text,
            **{**about, "clauses": ()},
        )


def _filed(session: Session, ids: Sequence[int], period: Period) -> Iterator[EventRow]:
    """The files that were added, to whom they are kept or who was asked where they were added; each that was removed, too."""
    chosen = select(Attachment, UserTask.candidate_groups)
    chosen = chosen.join(UserTask, UserTask.id == Attachment.task_id, isouter=True)
    for file, asked in session.execute(chosen.where(Attachment.instance_id.in_(ids)).order_by(Attachment.id)):
        roles = tuple(file.roles or asked or ())
        about = {"file": file.name, "sha256": file.sha256, "kept": bool(file.roles), "added_by": file.by}
        if period.holds(file.at):
            yield EventRow(f"a{file.id}", "filed", file.at, file.instance_id, by=file.by, roles=roles, detail=about)
        if file.removed is not None and period.holds(file.removed):
            gone, by = {**about, "removed": file.reason or ""}, file.removed_by or ""
            yield EventRow(f"x{file.id}", "filed", file.removed, file.instance_id, by=by, roles=roles, detail=gone)


def _waiting(session: Session, ids: Sequence[int], period: Period) -> Iterator[EventRow]:
    chosen = select(UserTask).where(UserTask.instance_id.in_(ids), UserTask.status == OPEN).order_by(UserTask.id)
    rows = session.scalars(period.limit(chosen, UserTask.created)).all()
    known = _Known(session, [row.definition_id for row in rows])
    for row in rows:
        yield EventRow(
            key=f"t{row.id}",
            kind="waits",
            at=row.created,
            case=row.instance_id,
            by=row.assignee or "",
            roles=tuple(row.candidate_groups),
            asked=row.created,
            due=row.due,
            **known.said(row.definition_id, row.element),
        )


def _told(session: Session, ids: Sequence[int], period: Period) -> Iterator[EventRow]:
    """Who was told what: one event for all the roles that were told on one occasion. What one person is told of a task that
    came to them stands in the history itself."""
    more = Notification.role != "", Notification.kind != TASK  # that a task is new is a line of its own
    to_roles = select(Notification).where(Notification.instance_id.in_(ids), *more)
    chosen = to_roles.order_by(Notification.id)
    same: dict[str, list[Notification]] = {}
    for row in session.scalars(period.limit(chosen, Notification.created)):
        same.setdefault(row.occasion, []).append(row)
    for rows in same.values():
        first, roles = rows[0], tuple(row.role for row in rows)
        yield EventRow(
            f"n{first.id}", "told", first.created, first.instance_id, roles=roles, name=first.subject, text=first.text
        )


def _thrown(session: Session, ids: Sequence[int], period: Period) -> Iterator[EventRow]:
    chosen = select(Message).where(Message.source_id.in_(ids)).order_by(Message.id)
    rows = session.scalars(period.limit(chosen, Message.sent)).all()
    known = _Known(session, [row.definition_id for row in rows])
    for row in rows:
        said = {"message": row.name, "status": row.status, "delivered": row.delivered, "notes": row.notes or []}
        about = known.said(row.definition_id, row.element or "")
        yield EventRow(f"m{row.id}", "thrown", row.sent, row.source_id, detail=said, **{**about, "clauses": ()})


def _troubles(session: Session, ids: Sequence[int], period: Period) -> Iterator[EventRow]:
    """What went wrong, and that it was mended, each at its time."""
    for row in session.scalars(select(Incident).where(Incident.instance_id.in_(ids)).order_by(Incident.id)):
        if period.holds(row.created):
            yield EventRow(f"i{row.id}", "trouble", row.created, row.instance_id, row.element, text=row.message)
        if row.resolved is not None and period.holds(row.resolved):
            by, said = row.resolved_by or "", row.message
            yield EventRow(f"r{row.id}", "mended", row.resolved, row.instance_id, row.element, by=by, text=said)


def _register(session: Session, cases: Sequence[CaseRow], period: Period) -> Iterator[EventRow]:
    """What the register changed while a case ran, and the categories that the cases gave."""
    ran = {case.school_urn: case for case in cases if case.school_urn}
    for event in _of_register(session, list(ran), period):
        case = ran[event.detail["urn"]]
        given = event.detail.get("case")
        during = case.started <= event.at and (case.ended is None or event.at <= case.ended)
        if given in {each.id for each in cases} or (event.kind == "register" and during):
            yield event


def _of_register(session: Session, urns: Sequence[str], period: Period) -> Iterator[EventRow]:
    changes = select(SchoolChange).where(SchoolChange.urn.in_(urns)).order_by(SchoolChange.id)
    for row in session.scalars(period.limit(changes, SchoolChange.at)):
        yield EventRow(f"s{row.id}", "register", row.at, None, detail={"urn": row.urn, "fields": row.fields})
    categories = select(SchoolCategory).where(SchoolCategory.urn.in_(urns)).order_by(SchoolCategory.id)
    for each in session.scalars(period.limit(categories, SchoolCategory.since)):
        said = {"urn": each.urn, "case": each.instance_id}
        name, case = each.category, each.instance_id
        yield EventRow(f"c{each.id}", "category", each.since, case, name=name, text=each.reason, detail=said)


def _reported(session: Session, urns: Sequence[str], period: Period) -> Iterator[EventRow]:
    chosen = select(ReportedEvent).where(ReportedEvent.urn.in_(urns)).order_by(ReportedEvent.id)
    rows = map(reported_row, session.scalars(period.limit(chosen, ReportedEvent.at)))
    yield from (_report(row, None) for row in in_sight(session, rows))


def _reported_to(session: Session, cases: Sequence[CaseRow], period: Period) -> Iterator[EventRow]:
    """What was reported to the cases, each a line of the first that it came to."""
    told = {case.id: case.school_urn for case in cases}
    for row in reports_to(session, told):
        if period.holds(row.at):
            yield _report(row, next(case for case in row.reached if case in told))


def _report(row: ReportedEventRow, case: int | None) -> EventRow:
    said = {"form": row.form_id, "values": row.values, "reached": row.reached}
    return EventRow(f"e{row.id}", "reported", row.at, case, name=row.title, by=row.by, detail=said)
