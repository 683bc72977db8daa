"""Proof of policy: for the elements that carry clauses, when they fell due in cases, and whether that was kept.

A clause falls due in a case each time that a task which carries it is due, and is kept when that is done by the end of its day
(:mod:`engine.calendar.lateness`). What carries a clause and is no task, such as a notice that is sent, has happened or not.
What is no act at all, such as a gateway or a look-up, proves nothing of a duty: it counts only where no act carries the clause,
and then as decided. An element that carries a clause in part (``clausePartly``) never counts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from statistics import median_low

from sqlalchemy import ColumnElement, false, func, or_, select
from sqlalchemy.orm import Session

from engine.calendar.lateness import is_late
from engine.calendar.timers import ZONE
from engine.queries.chronology import ALWAYS, Period
from engine.queries.common import DUE_BY_POLICY, AnyRow, AnySelect, ElementInfo, Elements, of_school
from engine.store.tables import History, ProcessDefinition, ProcessInstance, School, UserTask
from engine.store.tenancy import unconfined

#: What may become of a clause in a case: kept by its day, late, due and not done; waiting (not due yet), done where no day
#: is set, decided by the diagram where nobody has to act, or withdrawn before it was due.
ON_TIME, LATE, NOT_DONE, WAITING, DONE, WITHDRAWN = "on time", "late", "not done", "waiting", "done", "withdrawn"
DECIDED = "decided"
OUTCOMES = (ON_TIME, LATE, NOT_DONE, WAITING, DONE, DECIDED, WITHDRAWN)
#: Those in which it had fallen due.
DUE = (ON_TIME, LATE, NOT_DONE)
_TASK = "userTask"
#: A definition's element.
Place = tuple[int, str]


@dataclass(frozen=True)
class ProofRow:
    """A clause in a case: at which element of which version, when it was asked and due, when and by whom it was done.

    ``late`` counts the days after the day on which it was due, until it was done or until now. ``roles`` are those that were
    asked, ``by`` and ``assignee`` usernames.
    """

    clauses: tuple[str, ...]
    outcome: str
    late: int
    case: int
    school_urn: str | None
    school_name: str
    business_key: str
    process: str
    version: int
    name: str
    kind: str
    asked: datetime | None
    due: datetime | None
    done: datetime | None
    by: str
    roles: tuple[str, ...]
    assignee: str


@dataclass
class Tally:
    """How often each outcome came, and the days by which what was done late was late."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(OUTCOMES, 0))
    days: list[int] = field(default_factory=list)

    def add(self, outcome: str, late: int = 0, times: int = 1) -> None:
        """Count an outcome."""
        self.counts[outcome] += times
        if outcome == LATE:
            self.days.append(late)

    @property
    def due(self) -> int:
        """How often it fell due."""
        return sum(self.counts[each] for each in DUE)

    @property
    def kept(self) -> int | None:
        """How many of a hundred times it was kept by its day, rounded down; None when it never fell due."""
        return self.counts[ON_TIME] * 100 // self.due if self.due else None

    @property
    def median(self) -> int:
        """The days by which half of what was late was late, at most."""
        return median_low(self.days) if self.days else 0

    @property
    def worst(self) -> int:
        """The most days by which anything was late."""
        return max(self.days, default=0)


_DUE = DUE_BY_POLICY.label("due")


def carriers(session: Session) -> dict[Place, ElementInfo]:
    """The elements of all versions of the authority's processes that count for clauses; ``clauses`` are those."""
    ids = list(session.scalars(select(ProcessDefinition.id)))
    elements = Elements(session, ids)
    whole = {(each, info.id): info for each in ids for info in elements.all(each) if info.duties}
    acted = {clause for info in whole.values() if info.acts for clause in info.duties}
    counted = {place: replace(info, clauses=_counts_for(info, acted)) for place, info in whole.items()}
    return {place: info for place, info in counted.items() if info.clauses}


def _counts_for(info: ElementInfo, acted: Collection[str]) -> tuple[str, ...]:
    """The clauses for which an element counts: an act for all of its own, else those that no act carries."""
    return info.duties if info.acts else tuple(clause for clause in info.duties if clause not in acted)


def counted_clauses(session: Session) -> set[str]:
    """The clauses for which some element counts; the others are kept by how the diagrams are drawn."""
    return {clause for info in carriers(session).values() for clause in info.clauses}


def proof_tallies(session: Session, now: datetime, period: Period = ALWAYS, school: str = "") -> Mapping[str, Tally]:
    """By clause, what became of it in a period; ``school`` is a URN: only in its cases."""
    places = carriers(session)
    found: dict[str, Tally] = {}
    for place, outcome, late, times in _counted(session, places, now, period, school):
        for clause in places[place].clauses:
            found.setdefault(clause, Tally()).add(outcome, late, times)
    return found


def cases_of_clause(session: Session, clause: str, period: Period = ALWAYS, school: str = "") -> frozenset[int]:
    """The ids of the cases in which a clause is counted in a period, whoever is barred from them."""
    places = {place for place, info in carriers(session).items() if clause in info.clauses}
    asked = select(UserTask.instance_id).where(_at(UserTask, places), _fell(period))
    past = period.limit(select(History.instance_id).where(_at(History, places)), History.ended)
    found = _of_school(asked, UserTask, school), _of_school(past, History, school)
    with unconfined(session):
        return frozenset(ident for chosen in found for ident in session.scalars(chosen.distinct()))


def _counted(
    session: Session, places: Mapping[Place, ElementInfo], now: datetime, period: Period, school: str
) -> Iterator[tuple[Place, str, int, int]]:
    tasks = {place for place, info in places.items() if info.kind == _TASK}
    chosen = select(UserTask.definition_id, UserTask.element, UserTask.status, _DUE, UserTask.ended)
    chosen = _of_school(chosen.where(_at(UserTask, tasks), _fell(period)), UserTask, school)
    for row in session.execute(chosen.execution_options(yield_per=5_000)):
        if (place := (row.definition_id, row.element)) in tasks:
            yield place, *outcome_of(row.status, row.due, row.ended, now), 1
    others = places.keys() - tasks
    counted = select(History.definition_id, History.element, History.how, func.count().label("times"))
    counted = _of_school(period.limit(counted.where(_at(History, others)), History.ended), History, school)
    for line in session.execute(counted.group_by(History.definition_id, History.element, History.how)):
        if (place := (line.definition_id, line.element)) in others:
            yield place, _happened(places[place], line.how), 0, line.times


def outcome_of(status: str, due: datetime | None, ended: datetime | None, now: datetime) -> tuple[str, int]:
    """What became of a task (open, completed or cancelled), and by how many days it was or is late."""
    until = ended or now
    late = (_day(until) - _day(due)).days if due is not None and is_late(due, until) else 0
    if status == "completed":
        return (LATE if late else ON_TIME if due is not None else DONE), late
    return (NOT_DONE if late else WAITING if status == "open" else WITHDRAWN), late


def _happened(info: ElementInfo, how: str) -> str:
    if how != "completed":
        return WITHDRAWN
    return DONE if info.acts else DECIDED


def _day(moment: datetime) -> date:
    return moment.astimezone(ZONE).date()


def _at(table: type[UserTask | History], places: Collection[Place]) -> ColumnElement[bool]:
    """Elements of these names in these definitions: more than are meant, which the caller leaves out. Pairs would be more
    parameters than SQLite takes."""
    definitions = table.definition_id.in_(sorted({definition_id for definition_id, _ in places}))
    return definitions & table.element.in_(sorted({element for _, element in places}))


def _of_school(chosen: AnySelect, table: type[UserTask | History], school: str) -> AnySelect:
    if not school:
        return chosen
    joined = chosen.join(ProcessInstance, ProcessInstance.id == table.instance_id)
    return joined.where(ProcessInstance.school_urn == school)


def _fell(period: Period) -> ColumnElement[bool]:
    """Due in the period, or overdue when it began; what has no date, ended or was asked in it."""
    unmoved, moved = UserTask.policy_due.is_(None), UserTask.policy_due.is_not(None)
    within = period.limit(select(UserTask.id).where(unmoved), UserTask.due).whereclause
    by_policy = period.limit(select(UserTask.id).where(moved), UserTask.policy_due).whereclause
    otherwise = func.coalesce(UserTask.ended, UserTask.created)
    undated = period.limit(select(UserTask.id), otherwise).whereclause
    if undated is None or within is None or by_policy is None:
        return UserTask.id.is_not(None)
    return or_(within, by_policy, UserTask.due.is_(None) & undated, _was_overdue(period))


def _was_overdue(period: Period) -> ColumnElement[bool]:
    """Due before the period, and still open when it began: what was owed then is owed, whenever it fell due."""
    if period.since is None:
        return false()
    return (period.since > DUE_BY_POLICY) & or_(UserTask.ended.is_(None), UserTask.ended >= period.since)


def proof_rows(
    session: Session, clauses: Collection[str], now: datetime, period: Period = ALWAYS, school: str = ""
) -> list[ProofRow]:
    """Every time that one of these clauses fell due or was done in a case, the latest due or done last."""
    wanted = {place: info for place, info in carriers(session).items() if not set(info.clauses).isdisjoint(clauses)}
    versions = _versions(session, {definition_id for definition_id, _ in wanted})
    found = [*_task_rows(session, wanted, now, period, school), *_other_rows(session, wanted, period, school)]
    made = [_row(row, wanted, versions, outcome, late) for row, outcome, late in found]
    return sorted(made, key=lambda row: (row.due or row.done or row.asked or now, row.case))


def _versions(session: Session, ids: Iterable[int]) -> dict[int, tuple[str, int]]:
    columns = ProcessDefinition.id, ProcessDefinition.name, ProcessDefinition.version
    rows = session.execute(select(*columns).where(ProcessDefinition.id.in_(list(ids))))
    return {definition_id: (name, version) for definition_id, name, version in rows}


_CASE = (
    ProcessInstance.id.label("case"),
    ProcessInstance.school_urn,
    ProcessInstance.business_key,
    School.name.label("school_name"),
)


def _task_rows(
    session: Session, wanted: Mapping[Place, ElementInfo], now: datetime, period: Period, school: str
) -> Iterator[tuple[AnyRow, str, int]]:
    columns = UserTask.definition_id, UserTask.element, UserTask.status, UserTask.created.label("asked"), _DUE
    more = UserTask.ended, UserTask.ended_by.label("by"), UserTask.candidate_groups, UserTask.assignee
    tasks = {place for place, info in wanted.items() if info.kind == _TASK}
    chosen = _with_case(select(*columns, *more, *_CASE), UserTask, school).where(_at(UserTask, tasks), _fell(period))
    for row in session.execute(chosen):
        if (row.definition_id, row.element) in tasks:
            yield row, *outcome_of(row.status, row.due, row.ended, now)


def _other_rows(
    session: Session, wanted: Mapping[Place, ElementInfo], period: Period, school: str
) -> Iterator[tuple[AnyRow, str, int]]:
    columns = History.definition_id, History.element, History.how, History.entered.label("asked"), History.ended
    others = {place for place, info in wanted.items() if info.kind != _TASK}
    chosen = _with_case(select(*columns, History.by, *_CASE), History, school).where(_at(History, others))
    for row in session.execute(period.limit(chosen, History.ended)):
        if (row.definition_id, row.element) in others:
            yield row, _happened(wanted[row.definition_id, row.element], row.how), 0


def _with_case(chosen: AnySelect, table: type[UserTask | History], school: str) -> AnySelect:
    joined = chosen.join(ProcessInstance, ProcessInstance.id == table.instance_id).join(
        School, of_school(), isouter=True
    )
    return joined.where(ProcessInstance.school_urn == school) if school else joined


def _row(
    row: AnyRow,
    wanted: Mapping[Place, ElementInfo],
    versions: Mapping[int, tuple[str, int]],
    outcome: str,
    late: int,
) -> ProofRow:
    info, (process, version) = wanted[row.definition_id, row.element], versions[row.definition_id]
    given = row._mapping
    return ProofRow(
        clauses=info.clauses,
        outcome=outcome,
        late=late,
        case=row.case,
        school_urn=row.school_urn,
        school_name=row.school_name or "",
        business_key=row.business_key,
        process=process,
        version=version,
        name=info.name,
        kind=info.kind,
        asked=row.asked,
        due=given.get("due"),
        done=row.ended if outcome in (ON_TIME, LATE, DONE, DECIDED) else None,
        by=row.by or "",
        roles=tuple(given.get("candidate_groups") or ()),
        assignee=given.get("assignee") or "",
    )
