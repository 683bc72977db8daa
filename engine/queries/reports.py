"""Reports that a policy asks for: what they are drawn from, which tasks ask for one, and those that were made.

The figures are of the whole authority, whoever draws them: a report that passed over a case would say something wrong. So who
may draw or read one is asked before, and nobody who is barred from a case meets a report of it (:func:`refuse_barred`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from engine.errors import ReportNotFound, ReportOfBarred
from engine.queries.cases import InstanceRow, instances_by_id
from engine.queries.chronology import Period
from engine.queries.common import DUE_BY_POLICY, Elements, of_school, versions_of
from engine.queries.conflicts import barred_from
from engine.queries.moments import late_by_policy
from engine.queries.narrowing import WAITING
from engine.store.tables import (
    COMPLETED,
    OPEN,
    History,
    ProcessDefinition,
    ProcessInstance,
    Report,
    School,
    SchoolCategory,
    UserTask,
)
from engine.store.tenancy import Scope, unconfined

#: Cases of one figure, and rows of a list, at most.
MOST_REPORTED = 1_000


#: A link to a case in the text of a report.
_LINK = re.compile(r"/cases/(\d{1,18})\b")


def told_of(drawn: Iterable[int], figures: Iterable[Mapping[str, Any]], *texts: str) -> frozenset[int]:
    """The ids of the cases that a report tells of: those that its draft drew on, those of its figures, and those to which a link
    stands in what people wrote."""
    linked = (int(ident) for text in texts for ident in _LINK.findall(text))
    return frozenset((*drawn, *(each["id"] for figure in figures for each in figure["cases"]), *linked))


@dataclass(frozen=True)
class PassedRow:
    """That a case passed an element, or answered its task (``task_id``), and when."""

    case: int
    at: datetime
    task_id: int | None = None


@dataclass(frozen=True)
class RecategorisedRow:
    """That a school was put in another category: from ``before`` (empty: none) to ``after``, when, why, and in which case."""

    urn: str
    school: str
    before: str
    after: str
    at: datetime
    reason: str
    case: int | None


@dataclass(frozen=True)
class WantedRow:
    """An open task that asks for a report: by which template, for which roles, until when, and the report that is made for it.
    ``approved``: that report is approved."""

    task_id: int
    instance_id: int
    template: str
    name: str
    roles: tuple[str, ...]
    created: datetime
    due: datetime | None
    school_urn: str | None
    school_name: str
    report: int | None
    approved: bool = False


@dataclass(frozen=True)
class ReportRow:
    """A report; the words are those of :class:`engine.store.tables.Report`."""

    id: int
    template: str
    title: str
    task_id: int | None
    school_urn: str | None
    since: date
    until: date
    text: str
    figures: tuple[Mapping[str, Any], ...]
    drawn: frozenset[int]
    """The ids of the cases that its draft drew on."""
    writers: tuple[str, ...]
    readers: tuple[str, ...]
    number: int
    made: datetime
    made_by: str
    saved: datetime
    saved_by: str
    approved: datetime | None
    approved_by: str
    sha256: str
    former: str = ""
    """What ``former_by`` had written on it before its draft was made anew."""
    former_by: str = ""

    @property
    def cases(self) -> frozenset[int]:
        """The ids of all cases that it tells of."""
        return told_of(self.drawn, self.figures, self.text, self.former)


# -- what they are drawn from ------------------------------------------------------------------------------------------


def reported_cases(
    session: Session, process: str, period: Period, now: datetime, school: str = ""
) -> list[InstanceRow]:
    """The cases of a process that were open at any time of a period; ``school`` is a URN: only its own. Of a process that others
    call, the cases in which it ran, with when it first began there and last ended."""
    runs = _runs(session, process, period, school)
    if runs:
        with unconfined(session):
            known = {row.id: row for row in instances_by_id(session, {run.case for run in runs}, now)}
        return [replace(known[run.case], started=run.began, ended=run.ended) for run in runs]
    chosen = select(ProcessInstance.id).where(ProcessInstance.process == process, *_of(school, ProcessInstance))
    if period.since is not None:
        chosen = chosen.where(or_(ProcessInstance.ended.is_(None), ProcessInstance.ended >= period.since))
    if period.until is not None:
        chosen = chosen.where(ProcessInstance.started < period.until)
    with unconfined(session):
        ids = session.scalars(chosen.order_by(ProcessInstance.id.desc()).limit(MOST_REPORTED)).all()
        return instances_by_id(session, ids, now)


@dataclass(frozen=True)
class _Run:
    """A called process in a case: from when until when; ``ended`` is None while something of it waits."""

    case: int
    began: datetime
    ended: datetime | None


def _runs(session: Session, process: str, period: Period, school: str) -> list[_Run]:
    """Where other processes called a process, open at any time of a period, the newest first; none of one that has own cases."""
    versions = versions_of(session, process)
    with unconfined(session):
        own = session.scalar(select(ProcessInstance.id).where(ProcessInstance.process == process).limit(1))
        if own is not None:
            return []
        past = select(History.instance_id, History.entered, History.ended)
        rows = session.execute(past.where(History.definition_id.in_(versions), *_in(school, History))).all()
        waits = {case for table, more in WAITING for case in session.scalars(_waits(table, more, versions))}
    spans: dict[int, list[datetime]] = {}
    for row in rows:
        spans.setdefault(row.instance_id, []).extend((row.entered or row.ended, row.ended))
    found = [_Run(case, min(span), None if case in waits else max(span)) for case, span in spans.items()]
    return sorted((run for run in found if _touches(run, period)), key=lambda run: run.began, reverse=True)


def _waits(table: Any, more: Iterable[Any], versions: Collection[int]) -> Any:
    return select(table.instance_id).where(table.definition_id.in_(versions), table.instance_id.is_not(None), *more)


def _touches(run: _Run, period: Period) -> bool:
    begun = period.until is None or run.began < period.until
    return begun and (period.since is None or run.ended is None or run.ended >= period.since)


def _in(school: str, table: Any) -> tuple[Any, ...]:
    cases = select(ProcessInstance.id).where(ProcessInstance.school_urn == school)
    return (table.instance_id.in_(cases),) if school else ()


def passed(session: Session, process: str, element: str, period: Period, school: str = "") -> list[PassedRow]:
    """When cases passed an element of a process, in a period, whichever version and wherever that process was called from."""
    with unconfined(session):
        places = History.definition_id.in_(versions_of(session, process)), History.element == element
        chosen = select(History.instance_id, History.ended).where(*places, History.how == COMPLETED)
        if school:
            chosen = chosen.join(ProcessInstance, ProcessInstance.id == History.instance_id).where(
                *_of(school, ProcessInstance)
            )
        found = session.execute(period.limit(chosen, History.ended).order_by(History.ended).limit(MOST_REPORTED))
        return [PassedRow(row.instance_id, row.ended) for row in found]


def answered(session: Session, process: str, element: str, period: Period, school: str = "") -> list[PassedRow]:
    """The tasks of an element that were answered in a period; what was recorded in them is asked of :func:`recorded`."""
    with unconfined(session):
        chosen = select(UserTask.id, UserTask.instance_id, UserTask.ended).where(
            UserTask.definition_id.in_(versions_of(session, process)),
            UserTask.element == element,
            UserTask.status == COMPLETED,
            *_of(school, UserTask),
        )
        found = session.execute(period.limit(chosen, UserTask.ended).order_by(UserTask.ended).limit(MOST_REPORTED))
        return [PassedRow(row.instance_id, row.ended, row.id) for row in found]


def asked_now(session: Session, cases: Iterable[int]) -> dict[int, list[str]]:
    """The names of the tasks that are open in these cases, by case."""
    with unconfined(session):
        chosen = select(UserTask.instance_id, UserTask.definition_id, UserTask.element).where(
            UserTask.status == OPEN, UserTask.instance_id.in_(list(cases))
        )
        rows = session.execute(chosen.order_by(UserTask.id)).all()
    elements = Elements(session, [row.definition_id for row in rows])
    found: dict[int, list[str]] = {}
    for row in rows:
        names = found.setdefault(row.instance_id, [])
        if (name := elements.info(row.definition_id, row.element).name) not in names:
            names.append(name)
    return found


def done_in_time(session: Session, process: str, period: Period, school: str = "") -> tuple[int, int]:
    """Of the tasks of a process, and of what its cases call, that were done in a period and had a date: how many in time, and how
    many they were."""
    in_time = func.coalesce(func.sum(case((late_by_policy(session), 0), else_=1)), 0)
    with unconfined(session):
        chosen = select(func.count(), in_time).where(*_dated(session, process, school))
        dated, kept = session.execute(period.limit(chosen, UserTask.ended)).one()
    return int(kept), int(dated)


def cases_with_dates(session: Session, process: str, period: Period, school: str = "") -> frozenset[int]:
    """The ids of the cases of the tasks that :func:`done_in_time` counts."""
    with unconfined(session):
        chosen = select(UserTask.instance_id).where(*_dated(session, process, school)).distinct()
        return frozenset(session.scalars(period.limit(chosen, UserTask.ended)))


def _dated(session: Session, process: str, school: str) -> tuple[Any, ...]:
    cases = select(ProcessInstance.id).where(ProcessInstance.process == process)
    return (
        UserTask.definition_id.in_(versions_of(session, process)) | UserTask.instance_id.in_(cases),
        UserTask.status == COMPLETED,
        DUE_BY_POLICY.is_not(None),
        *_of(school, UserTask),
    )


def recategorised(session: Session, period: Period, school: str = "") -> list[RecategorisedRow]:
    """The schools that were put in another category in a period, in the order of time."""
    before = func.lag(SchoolCategory.category).over(partition_by=SchoolCategory.urn, order_by=SchoolCategory.id)
    with unconfined(session):
        rows = select(SchoolCategory.id, before.label("before")).subquery()
        chosen = (
            select(SchoolCategory, School.name, rows.c.before)
            .join(rows, rows.c.id == SchoolCategory.id)
            .join(School, and_(School.urn == SchoolCategory.urn, School.authority == SchoolCategory.authority))
        )
        chosen = period.limit(chosen, SchoolCategory.since)
        chosen = chosen.where(SchoolCategory.urn == school) if school else chosen
        found = session.execute(chosen.order_by(SchoolCategory.id).limit(MOST_REPORTED)).all()
    return [
        RecategorisedRow(row.urn, name, was or "", row.category, row.since, row.reason, row.instance_id)
        for row, name, was in found
        if row.category != (was or "")
    ]


def schools_by_category(session: Session) -> dict[str, int]:
    """How many open schools are in each category now; "" are those in none."""
    with unconfined(session):
        chosen = select(School.category, func.count()).where(School.closed.is_(False)).group_by(School.category)
        return {category: number for category, number in session.execute(chosen.order_by(School.category))}


def _of(school: str, table: Any) -> tuple[Any, ...]:
    return (table.school_urn == school,) if school else ()


# -- which tasks ask for one -------------------------------------------------------------------------------------------


def wanted_reports(session: Session) -> list[WantedRow]:
    """The open tasks that ask for a report (property ``report``), what falls due first first."""
    templates = _asking(session)
    if not templates:
        return []
    places = or_(*(and_(UserTask.definition_id == at[0], UserTask.element == at[1]) for at in templates))
    chosen = (
        select(UserTask, School.name)
        .join(School, of_school(UserTask), isouter=True)
        .where(UserTask.status == OPEN, places)
    )
    rows = session.execute(chosen.order_by(UserTask.due_order, UserTask.id).limit(MOST_REPORTED)).all()
    made = _made(session, [task.id for task, _ in rows])
    approved = set(session.scalars(select(Report.id).where(Report.id.in_(made.values()), Report.approved.is_not(None))))
    elements = Elements(session, [task.definition_id for task, _ in rows])
    return [
        WantedRow(
            task_id=task.id,
            instance_id=task.instance_id,
            template=templates[task.definition_id, task.element],
            name=elements.info(task.definition_id, task.element).name,
            roles=tuple(task.candidate_groups),
            created=task.created,
            due=task.due,
            school_urn=task.school_urn,
            school_name=name or "",
            report=made.get(task.id),
            approved=made.get(task.id) in approved,
        )
        for task, name in rows
    ]


def _asking(session: Session) -> dict[tuple[int, str], str]:
    ids = list(session.scalars(select(ProcessDefinition.id)))
    elements = Elements(session, ids)
    return {
        (each, info.id): str(info.said("report")) for each in ids for info in elements.all(each) if info.said("report")
    }


def _made(session: Session, tasks: Collection[int]) -> dict[int, int]:
    rows = session.execute(
        select(Report.task_id, func.max(Report.id)).where(Report.task_id.in_(tasks)).group_by(Report.task_id)
    )
    return {task: ident for task, ident in rows if task is not None}


# -- those that were made ----------------------------------------------------------------------------------------------


def reports(session: Session, scope: Scope, limit: int = 200) -> list[ReportRow]:
    """The reports that somebody may read, the newest first."""
    rows = session.scalars(select(Report).order_by(Report.id.desc()).limit(limit)).all()
    found = [row for row in map(_row, rows) if may_read(row, scope)]
    barred = barred_from(session, scope) if found else frozenset()
    return [row for row in found if barred.isdisjoint(row.cases)]


def report(session: Session, report_id: int, scope: Scope) -> ReportRow:
    """A report. Raises ReportNotFound for one that somebody may not read, too."""
    row = session.get(Report, report_id)
    found = _row(row) if row is not None else None
    if found is None or not may_read(found, scope) or not barred_from(session, scope).isdisjoint(found.cases):
        raise ReportNotFound()
    return found


def report_of_task(session: Session, task_id: int) -> int | None:
    """The id of the report that was made for a task; of several the last, which supersedes the others."""
    return _made(session, [task_id]).get(task_id)


def last_reported(session: Session, template: str, school: str = "") -> date | None:
    """The last day of the last report by a template that was approved; ``school`` is a URN: of one about it."""
    about = Report.school_urn == school if school else Report.school_urn.is_(None)
    return session.scalar(
        select(func.max(Report.until)).where(Report.template == template, Report.approved.is_not(None), about)
    )


def may_read(row: ReportRow, scope: Scope) -> bool:
    """Whether somebody may read a report: those who write it, who manage cases, and its readers once it is approved."""
    kept = row.approved is not None and scope.holds_in_all(row.readers, at=row.school_urn, cases=row.cases)
    return scope.oversees or writes_report(row, scope) or bool(row.readers and kept)


def writes_report(row: ReportRow, scope: Scope) -> bool:
    """Whether somebody is among those who write a report."""
    return scope.holds_in_all(row.writers, at=row.school_urn, cases=row.cases)


def refuse_barred(session: Session, scope: Scope, cases: Iterable[int]) -> None:
    """Raises ReportOfBarred when somebody is barred from one of these cases."""
    if not barred_from(session, scope).isdisjoint(cases):
        raise ReportOfBarred()


def told_in(row: Report) -> frozenset[int]:
    """The ids of the cases that a report tells of, by its row."""
    return _row(row).cases


def _row(row: Report) -> ReportRow:
    return ReportRow(
        row.id,
        row.template,
        row.title,
        row.task_id,
        row.school_urn,
        row.since,
        row.until,
        row.text,
        tuple(row.figures),
        frozenset(row.cases),
        tuple(row.writers),
        tuple(row.readers),
        row.number,
        row.made,
        row.made_by,
        row.saved,
        row.saved_by,
        row.approved,
        row.approved_by or "",
        row.sha256,
        row.former or "",
        row.former_by or "",
    )
