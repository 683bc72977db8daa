"""Tenancy: whose rows a database session may see, decided in one place that no query can forget.

Every table that belongs to an authority mixes in :class:`BelongsToAuthority`. Every session carries a :class:`Scope`.
A hook on SQLAlchemy's own ``Session`` class adds ``authority = ...`` to each SELECT, UPDATE and DELETE of such a
table, whether it stands at the top, in a join, in a subquery, a CTE or a union, and raises ScopeMissing in a session
that has no scope. So a page that forgets to ask "whose?" gets an error, never another authority's case.

Inside an authority, whoever holds no role for all of it (a head, a chair) is confined to their schools: the same hook adds
what each table says in ``seen_by``. A table says by its mixin how its rows are tied to a school: :class:`BelongsToSchool`,
:class:`BelongsToCase`, :class:`ForEverybody`; one that says nothing shows them no row. A step is the engine's work and no
look of a person's, so it is taken :func:`unconfined`.

What the hook cannot see, it refuses: text SQL and Core tables, in a session that is not allowed everything.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, FromClause, event, false, or_, select, true
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, mapped_column, with_loader_criteria
from sqlalchemy.orm.util import LoaderCriteriaOption
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import TextClause
from sqlalchemy.sql.schema import Table

from engine.errors import OtherAuthority, ScopeMissing
from engine.store.text import Short

#: How many characters the id of an authority may have.
AUTHORITY_LENGTH = 60
_KEY = "scope"


@dataclass(frozen=True)
class Scope:
    """Who acts: an authority, the role ids held there, and a username. ``everything`` sees all authorities.

    An empty ``authority`` is an authority like any other: that of a library user who never names one. ``schools`` says by
    role for which schools (URNs) it counts; a role that is not in it counts for all, as each does when it is None.
    """

    authority: str = ""
    roles: frozenset[str] = field(default_factory=frozenset)
    username: str = ""
    everything: bool = False
    schools: Mapping[str, frozenset[str]] | None = field(default=None, hash=False)

    @classmethod
    def all_authorities(cls, username: str = "") -> Scope:
        """The engine's own scope: worker, command line, library."""
        return cls(username=username, everything=True)

    def holds(self, roles: Collection[str], *, at: str | None) -> bool:
        """Whether the person holds one of these roles for a school (its URN; None for what is about no school).

        Everyone does when none is named; of those who are confined to schools, everyone of that school.
        """
        if self.everything or not roles:
            return self.confined is None or at in self.confined
        return not self.roles_at(at).isdisjoint(roles)

    def holds_anywhere(self, roles: Collection[str]) -> bool:
        """Whether the person holds one of these roles for the authority or for any school."""
        return any(self.holds(roles, at=urn) for urn in (None, *self._limits()))

    def _limits(self) -> frozenset[str]:
        return frozenset[str]().union(*(self.schools or {}).values())

    def roles_at(self, urn: str | None) -> frozenset[str]:
        """The roles that count for a school, or for what is about no school."""
        limited = self.schools or {}
        return frozenset(role for role in self.roles if role not in limited or urn in limited[role])

    def places(self, role: str) -> frozenset[str] | None:
        """The schools for which a role counts; those for which any does for the role "", which is everyone's. None: all."""
        return (self.schools or {}).get(role) if role else self.confined

    @property
    def confined(self) -> frozenset[str] | None:
        """The schools beyond which whoever holds no role for the whole authority sees nothing; None: no such bound."""
        limited = self.schools
        if self.everything or limited is None or any(role not in limited for role in self.roles):
            return None
        return self._limits()

    def within(self, authority: str) -> str:
        """The authority that a command acts in: the one asked for by whoever may act in all, else the person's own."""
        return authority if self.everything else self.authority


class BelongsToAuthority:
    """Mixin for every table whose rows belong to one authority."""

    authority: Mapped[str] = mapped_column(Short(AUTHORITY_LENGTH))

    @classmethod
    def seen_by(cls, scope: Scope) -> ColumnElement[bool]:
        """Which rows somebody sees who is confined to schools: none, unless a table says otherwise."""
        return false()


class ForEverybody(BelongsToAuthority):
    """Mixin for tables that tell nothing of any school, as diagrams and forms."""

    @classmethod
    def seen_by(cls, scope: Scope) -> ColumnElement[bool]:
        return true()


class BelongsToSchool(BelongsToAuthority):
    """Mixin for tables with a school's URN in the column ``place``; a row without one is for those who are confined to none."""

    place: ClassVar[str] = "school_urn"

    @classmethod
    def seen_by(cls, scope: Scope) -> ColumnElement[bool]:
        column: ColumnElement[str] = getattr(cls, cls.place)
        return column.in_(sorted(scope.confined or ()))


class BelongsToCase(BelongsToAuthority):
    """Mixin for tables with a case's id in the column ``case``: their rows are seen with their case."""

    case: ClassVar[str] = "instance_id"

    @classmethod
    def seen_by(cls, scope: Scope) -> ColumnElement[bool]:
        column: ColumnElement[int] = getattr(cls, cls.case)
        cases = _other("process_instance")
        seen = or_(cases.c.school_urn.in_(sorted(scope.confined or ())), cases.c.id.in_(given_cases(scope)))
        return column.in_(select(cases.c.id).where(cases.c.authority == scope.authority, seen))


def held(scope: Scope, table: Any, role: str) -> ColumnElement[bool]:
    """Which rows of a table with the columns ``role`` and ``school_urn`` are for a role that the person holds."""
    places = scope.places(role)
    ours: ColumnElement[bool] = table.role == role
    return ours if places is None else ours & table.school_urn.in_(sorted(places))


def given_cases(scope: Scope) -> Any:
    """A SELECT of the ids of cases about no school in which a task was given to the person by name."""
    tasks = _other("user_task")
    return select(tasks.c.instance_id).where(
        tasks.c.authority == scope.authority, tasks.c.assignee == scope.username, tasks.c.school_urn.is_(None)
    )


@cache
def _other(name: str) -> FromClause:
    """A table under a name of its own: a statement that has the table in it must not take this one for its own."""
    tables = (table for table in _tables(BelongsToAuthority) if isinstance(table, Table))
    return next(table for table in tables if table.name == name).alias(f"seen_{name}")


def set_scope(session: Session, scope: Scope) -> None:
    """Say who acts in this session. Do it before the first query; a session serves one person."""
    session.info[_KEY] = scope


def scope_of(session: Session) -> Scope:
    """Who acts in this session. Raises ScopeMissing when nobody has said."""
    scope = session.info.get(_KEY)
    if not isinstance(scope, Scope):
        raise ScopeMissing(statement="a query")
    return scope


@contextmanager
def unconfined(session: Session) -> Iterator[None]:
    """What the engine does for a person in the whole authority, as a step of a case. What the person may do is asked before."""
    scope = scope_of(session)
    set_scope(session, replace(scope, schools=None))
    try:
        yield
    finally:
        set_scope(session, scope)


def guarded_classes(of: type[Any] = BelongsToAuthority) -> Iterator[type[BelongsToAuthority]]:
    """All classes with a table of their own that mix :class:`BelongsToAuthority` in."""
    for each in of.__subclasses__():
        if "__table__" in each.__dict__:
            yield each
        yield from guarded_classes(each)


def _tables(of: type[Any]) -> Iterator[object]:
    return (each.__dict__["__table__"] for each in guarded_classes(of))


def _touches(statement: Any) -> bool:
    """Whether any part of a statement names a table that belongs to an authority (only asked where it ends in an
    error)."""
    guarded = set(_tables(BelongsToAuthority))
    return any(isinstance(part, Table) and part in guarded for part in visitors.iterate(statement))


def _restrict(state: ORMExecuteState) -> None:
    scope = state.session.info.get(_KEY)
    if isinstance(scope, Scope) and scope.everything:
        return
    if scope is None or not state.is_orm_statement:
        _refuse(state)
        return
    if state.is_insert:
        _check_rows(state, scope)
    elif not state.is_column_load:
        authority = scope.authority
        state.statement = state.statement.options(
            with_loader_criteria(BelongsToAuthority, lambda cls: cls.authority == authority, include_aliases=True),
            *_of_schools(scope),
        )


@lru_cache(maxsize=256)  # making them costs more than a short query; people ask again and again
def _of_schools(scope: Scope) -> tuple[LoaderCriteriaOption, ...]:
    """What somebody who is confined to schools sees of each table."""
    if scope.confined is None:
        return ()
    criteria = ((each, each.seen_by(scope)) for each in guarded_classes())
    return tuple(with_loader_criteria(each, seen, include_aliases=True) for each, seen in criteria)


def _refuse(state: ORMExecuteState) -> None:
    """Without a scope, or past the ORM, nothing that belongs to an authority may be touched."""
    if isinstance(state.statement, TextClause) or _touches(state.statement):
        raise ScopeMissing(statement=" ".join(str(state.statement).split())[:200])


def _check_rows(state: ORMExecuteState, scope: Scope) -> None:
    rows = state.parameters
    if rows is None:  # insert().values(...) hides its rows from this check
        raise ScopeMissing(statement="INSERT without its rows as parameters")
    for row in [rows] if isinstance(rows, Mapping) else rows:
        if row.get("authority", scope.authority) != scope.authority:
            raise OtherAuthority(authority=row["authority"])


def _check_flush(session: Session, *_: Any) -> None:
    """What is added, changed or deleted as an object belongs to the scope's authority too."""
    changed = [
        each for each in (*session.new, *session.dirty, *session.deleted) if isinstance(each, BelongsToAuthority)
    ]
    if not changed:
        return
    scope = scope_of(session)
    for each in changed:
        if each.authority is None and not scope.everything:
            each.authority = scope.authority
        if not scope.everything and each.authority != scope.authority:
            raise OtherAuthority(authority=each.authority)


event.listen(Session, "do_orm_execute", _restrict)
event.listen(Session, "before_flush", _check_flush)
