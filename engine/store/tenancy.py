"""Tenancy: whose rows a database session may see, decided in one place that no query can forget.

Every table that belongs to an authority mixes in :class:`BelongsToAuthority`. Every session carries a :class:`Scope`.
A hook on SQLAlchemy's own ``Session`` class adds ``authority = ...`` to each SELECT, UPDATE and DELETE of such a
table, whether it stands at the top, in a join, in a subquery, a CTE or a union, and raises ScopeMissing in a session
that has no scope. So a page that forgets to ask "whose?" gets an error, never another authority's case.

What the hook cannot see, it refuses: text SQL and Core tables, in a session that is not allowed everything.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, mapped_column, with_loader_criteria
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

    An empty ``authority`` is an authority like any other: that of a library user who never names one.
    """

    authority: str = ""
    roles: frozenset[str] = field(default_factory=frozenset)
    username: str = ""
    everything: bool = False

    @classmethod
    def all_authorities(cls, username: str = "") -> Scope:
        """The engine's own scope: worker, command line, library."""
        return cls(username=username, everything=True)

    def holds(self, roles: Collection[str]) -> bool:
        """Whether the person holds one of these roles; everyone does when none is named."""
        return self.everything or not roles or not self.roles.isdisjoint(roles)

    def within(self, authority: str) -> str:
        """The authority that a command acts in: the one asked for by whoever may act in all, else the person's own."""
        return authority if self.everything else self.authority


class BelongsToAuthority:
    """Mixin for every table whose rows belong to one authority."""

    authority: Mapped[str] = mapped_column(Short(AUTHORITY_LENGTH))


def set_scope(session: Session, scope: Scope) -> None:
    """Say who acts in this session. Do it before the first query; a session serves one person."""
    session.info[_KEY] = scope


def scope_of(session: Session) -> Scope:
    """Who acts in this session. Raises ScopeMissing when nobody has said."""
    scope = session.info.get(_KEY)
    if not isinstance(scope, Scope):
        raise ScopeMissing(statement="a query")
    return scope


def _tables(of: type[Any]) -> Iterator[object]:
    """The tables of all classes that mix :class:`BelongsToAuthority` in."""
    for each in of.__subclasses__():
        yield each.__dict__.get("__table__")
        yield from _tables(each)


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
            with_loader_criteria(BelongsToAuthority, lambda cls: cls.authority == authority, include_aliases=True)
        )


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
