"""What the queries share: pages, capped counts, and what definitions say of their elements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import Session

from engine.store.tables import ProcessDefinition, ProcessInstance, School, UserTask

T = TypeVar("T")
AnyRow = Row[*tuple[Any, ...]]
AnySelect = Select[*tuple[Any, ...]]
#: Counting stops here: nobody reads "48,213 tasks", and counting them would grow with them.
COUNT_LIMIT = 500
#: When a task was due by its diagram, whatever date a manager has set: a policy is not kept by moving its date.
DUE_BY_POLICY = func.coalesce(UserTask.policy_due, UserTask.due)
#: Definitions whose elements a process keeps in mind.
CACHE_LIMIT = 1_000
#: Rows on a page unless a caller says otherwise.
PER_PAGE = 25


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list. ``total`` counts no further than :data:`COUNT_LIMIT` rows."""

    items: tuple[T, ...]
    number: int
    per_page: int
    more: bool
    total: int
    capped: bool = False
    """Whether there are more than ``total``."""


#: Tasks by which nothing is done in the world: they decide or work something out.
WORKINGS = frozenset({"scriptTask", "businessRuleTask"})


@dataclass(frozen=True)
class ElementInfo:
    """What a diagram says of an element. ``name`` is never empty: it falls back to the id."""

    id: str
    name: str
    kind: str
    lane: str
    form_key: str
    guidance: str
    """The element's documentation."""
    clauses: tuple[str, ...]
    event: Mapping[str, Any] | None = None
    """What people may report here: its ``message``, ``reported_by`` (roles) and ``consequence`` (a sentence)."""
    task: Mapping[str, Any] | None = None
    """How a user task is answered, where the diagram says so: ``prefill``, ``on_behalf`` (roles), ``no_answer`` (FEEL),
    ``separate_from`` (elements), ``check`` ("true" or "false"), ``report`` (the template of a report)."""

    duty: Mapping[str, Any] | None = None
    """Of an element that carries clauses: whether it is an ``act``, and the clauses that it carries only ``partly``."""

    @property
    def acts(self) -> bool:
        """Whether something is done or happens in the world here. Versions that don't say it are judged by the kind."""
        kinds = ("Task", "Event")
        return bool(self.duty["act"]) if self.duty else self.kind.endswith(kinds) and self.kind not in WORKINGS

    @property
    def duties(self) -> tuple[str, ...]:
        """The clauses that it carries whole."""
        partly = (self.duty or {}).get("partly", ())
        return tuple(clause for clause in self.clauses if clause not in partly)

    @property
    def corrects(self) -> bool:
        """Whether the task's last answers were sent back, and show again (property ``prefill`` = ``last``)."""
        return bool(self.said("prefill") == "last")

    def said(self, name: str) -> Any:
        """What the diagram says of how the task is answered, by its name in :attr:`task`; None when it says nothing."""
        return (self.task or {}).get(name)


def of_school(of: type[ProcessInstance | UserTask] = ProcessInstance) -> ColumnElement[bool]:
    """Joins a case, or a task, with its school. A school's key has its authority in it, since URNs may be in two registers."""
    return (School.urn == of.school_urn) & (School.authority == of.authority)


def versions_of(session: Session, process: str) -> Sequence[int]:
    """The ids of all versions of a process."""
    return session.scalars(select(ProcessDefinition.id).where(ProcessDefinition.key == process)).all()


def latest_version(session: Session, process: str) -> int | None:
    """The id of the version of a process that new cases run on; None where it is retired or not there."""
    latest = ProcessDefinition.key == process, ProcessDefinition.latest
    return session.scalar(select(ProcessDefinition.id).where(*latest))


def count(session: Session, rows: AnySelect) -> tuple[int, bool]:
    """How many rows a query has, up to the limit, and whether there are more."""
    limited = rows.order_by(None).limit(COUNT_LIMIT + 1).subquery()
    found = session.scalar(select(func.count()).select_from(limited)) or 0
    return min(found, COUNT_LIMIT), found > COUNT_LIMIT


def page_of(items: Sequence[T], number: int, per_page: int, total: tuple[int, bool]) -> Page[T]:
    """A page from one row more than fits on it."""
    return Page(tuple(items[:per_page]), number, per_page, len(items) > per_page, total[0], total[1])


class Elements:
    """What definitions say of their elements. Definitions are immutable, so a process keeps what it has read."""

    def __init__(self, session: Session, definition_ids: Iterable[int | None]) -> None:
        self._known: dict[int, dict[str, Any]] = {}
        cache = _cache(session)
        missing = []
        for each in {i for i in definition_ids if i is not None}:
            cached = cache.get(each)
            if cached is None:
                missing.append(each)
            else:
                self._known[each] = cached
        if missing:
            self._read(session, missing, cache)

    def _read(self, session: Session, missing: list[int], cache: dict[int, dict[str, Any]]) -> None:
        rows = session.execute(
            select(
                ProcessDefinition.id, ProcessDefinition.key, ProcessDefinition.name, ProcessDefinition.elements
            ).where(ProcessDefinition.id.in_(missing))
        )
        for row in rows:
            known = {"key": row.key, "name": row.name, "elements": row.elements}
            self._known[row.id] = known
            if len(cache) > CACHE_LIMIT:
                cache.clear()
            cache[row.id] = known

    def info(self, definition_id: int | None, element: str) -> ElementInfo:
        """What the definition says of this element; its bare id when it says nothing."""
        known = self._known.get(definition_id or 0, {"elements": {}})
        said = known["elements"].get(element) or ("", "", "", "", "", ())
        name, kind, lane, form_key, guidance, clauses, *more = said  # older versions say less
        return ElementInfo(element, name or element, kind, lane, form_key, guidance, tuple(clauses), *more)

    def all(self, definition_id: int) -> list[ElementInfo]:
        """Every element of the definition, in the diagram's order."""
        return [self.info(definition_id, element) for element in self._known[definition_id]["elements"]]

    def process(self, definition_id: int | None) -> tuple[str, str]:
        """The key and the name of a definition's process."""
        known = self._known.get(definition_id or 0, {"key": "", "name": ""})
        return known["key"], known["name"]


_CACHES: WeakKeyDictionary[Any, dict[int, dict[str, Any]]] = WeakKeyDictionary()


def _cache(session: Session) -> dict[int, dict[str, Any]]:
    """One cache a database engine, so that two databases (as in tests) are never mixed."""
    return _CACHES.setdefault(session.get_bind().engine, {})
