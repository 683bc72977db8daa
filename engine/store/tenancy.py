"""Tenancy: whose rows a database session may see, decided in one place that no query can forget.

Every table that belongs to an authority mixes in :class:`BelongsToAuthority`. Every session carries a :class:`Scope`.
A hook on SQLAlchemy's own ``Session`` class adds ``authority = ...`` to each SELECT, UPDATE and DELETE of such a
table, whether it stands at the top, in a join, in a subquery, a CTE or a union, and raises ScopeMissing in a session
that has no scope. So a page that forgets to ask "whose?" gets an error, never another authority's case.

Inside an authority, whoever holds no role for all of it (a head, a chair) is confined to their schools: the same hook adds
what each table says in ``seen_by``. A table says by its mixin how its rows are tied to a school: :class:`BelongsToSchool`,
:class:`BelongsToCase`, :class:`ForEverybody`; one that says nothing shows them no row. What belongs to one person
(:class:`BelongsToPerson`) is shown to nobody else, confined or not. A step is the engine's work and no
look of a person's, so it is taken :func:`unconfined`.

An officer sees the cases that :func:`sees_case` says, and of every table that names a case (``case``) the rows of these.
Whoever is barred from a case (``CaseBar``, a conflict of interest) sees no row of it, whatever they hold.

What the hook cannot see, it refuses: text SQL and Core tables, in a session that is not allowed everything.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, FromClause, String, and_, cast, event, exists, false, not_, or_, select, true
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, mapped_column, with_loader_criteria
from sqlalchemy.orm.util import LoaderCriteriaOption
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import TextClause, True_
from sqlalchemy.sql.schema import Table

from engine.errors import OtherAuthority, ScopeMissing
from engine.store.text import Name, Short

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
    covers: Mapping[str, str] = field(default_factory=dict, hash=False)
    """By role, for whom the person covers in it; a role of their own is not in it."""
    elsewise: Mapping[int, Scope] = field(default_factory=dict, hash=False)
    """By the id of a case from which somebody is barred for whom they cover: what they hold in it, without that cover."""
    oversees: bool = False
    """Whether they see every case of the authority, since they manage cases or audit them."""
    unbarred: bool = False
    """Whether conflicts of interest do not count: for the engine, which takes a step in the person's name."""
    confidential: bool = True
    """Whether they read what is kept to their roles; whoever came by a link does only where the link was made so."""
    advises: frozenset[str] = field(default_factory=frozenset)
    """The schools (URNs) whose link adviser they are: they see every case of these."""

    @classmethod
    def all_authorities(cls, username: str = "") -> Scope:
        """The engine's own scope: worker, command line, library."""
        return cls(username=username, everything=True)

    def in_case(self, case: int | None) -> Scope:
        """What the person holds in a case (None: in what is no case's): cover adds nothing where the absent person is barred."""
        return self if case is None else self.elsewise.get(case, self)

    def holds(self, roles: Collection[str], *, at: str | None, case: int | None) -> bool:
        """Whether the person holds one of these roles for a school (its URN; None for what is about no school), in a case (its
        id; None for what is no case's).

        Everyone does when none is named; of those who are confined to schools, everyone of that school.
        """
        here = self.in_case(case)
        if here.everything or not roles:
            return here.confined is None or at in here.confined
        return not self.roles_at(at, case).isdisjoint(roles)

    def is_given(self, assignee: str | None, roles: Collection[str], *, at: str | None, case: int) -> bool:
        """Whether a task, of a school (its URN) or of none, is the person's by name. What was claimed in a role is not,
        once the role is over, whatever others they have; what a contact's role is given in a case about no school is. The
        database's words for it are :func:`given`."""
        if assignee != self.username:
            return False
        here = self.in_case(case)
        contact = at is None and here.confined is not None
        return not roles or self.holds(roles, at=at, case=case) or (contact and not here.roles.isdisjoint(roles))

    def holds_in_all(self, roles: Collection[str], *, at: str | None, cases: Collection[int]) -> bool:
        """Whether the person holds one of these roles for a school, in each of these cases: for what tells of them all."""
        return all(self.holds(roles, at=at, case=each) for each in (None, *(self.elsewise.keys() & {*cases})))

    def holds_anywhere(self, roles: Collection[str]) -> bool:
        """Whether the person holds one of these roles for the authority or for any school."""
        return any(self.holds(roles, at=urn, case=None) for urn in (None, *self._limits()))

    def _limits(self) -> frozenset[str]:
        return frozenset[str]().union(*(self.schools or {}).values())

    def roles_at(self, urn: str | None, case: int | None) -> frozenset[str]:
        """The roles that count for a school, or for what is about no school, in a case."""
        here = self.in_case(case)
        limited = here.schools or {}
        return frozenset(role for role in here.roles if role not in limited or urn in limited[role])

    def reads_at(self, urn: str | None, case: int | None) -> frozenset[str]:
        """The roles by which the person reads what is kept to certain roles, for a school or for what is about no school, in a
        case."""
        return self.roles_at(urn, case) if self.confidential else frozenset()

    def covering(self, roles: Collection[str], *, at: str | None, case: int | None) -> str:
        """For whom the person covers who does what is for these roles; empty when they hold one of their own."""
        held = self.roles_at(at, case) & set(roles)
        return (
            ""
            if any(role not in self.covers for role in held)
            else next(map(self.covers.__getitem__, sorted(held)), "")
        )

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
    __table__: ClassVar[Any]
    case: ClassVar[str] = ""
    """The column with the id of the case that a row tells of, where it tells of one."""

    @classmethod
    def seen_by(cls, scope: Scope) -> ColumnElement[bool]:
        """Which rows somebody sees who is confined to schools: none, unless a table says otherwise."""
        return false()

    @classmethod
    def of_case(cls, scope: Scope) -> ColumnElement[bool]:
        """Which rows an officer sees by the case that they tell of: those of cases that the officer may see."""
        return of_seen_case(scope, getattr(cls, cls.case)) if cls.case else true()

    @classmethod
    def not_barred(cls, scope: Scope) -> ColumnElement[bool]:
        """Which rows somebody sees, officer or not, who is barred from cases: all but those that tell of these."""
        return of_no_barred_case(scope, getattr(cls, cls.case)) if cls.case else true()


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

    case = "instance_id"

    @classmethod
    def seen_by(cls, scope: Scope) -> ColumnElement[bool]:
        column: ColumnElement[int] = getattr(cls, cls.case)
        cases = _other("process_instance")
        seen = or_(cases.c.school_urn.in_(sorted(scope.confined or ())), cases.c.id.in_(given_cases(scope)))
        return column.in_(select(cases.c.id).where(cases.c.authority == scope.authority, seen))


class BelongsToPerson(BelongsToAuthority):
    """Mixin for tables whose rows are one person's (their username): nobody else sees them, of whatever role."""

    username: Mapped[str] = mapped_column(Name)

    @classmethod
    def seen_by(cls, scope: Scope) -> ColumnElement[bool]:
        return cls.username == scope.username


def held(scope: Scope, table: Any, role: str) -> ColumnElement[bool]:
    """Which rows of a table with the columns ``role`` and ``school_urn``, and a case's or a task's id, are for a role that the
    person holds in the case."""
    return _by_case(scope, table, lambda here: _held(here, table, role) if role in ("", *here.roles) else false())


def _held(scope: Scope, table: Any, role: str) -> ColumnElement[bool]:
    places = scope.places(role)
    ours: ColumnElement[bool] = table.role == role
    return ours if places is None else ours & table.school_urn.in_(sorted(places))


def _by_case(scope: Scope, table: Any, ours: Callable[[Scope], ColumnElement[bool]]) -> ColumnElement[bool]:
    """Which rows are the person's by what they hold in the case that each tells of."""
    if not scope.elsewise:
        return ours(scope)
    there = [_of(table, case) & ours(here) for case, here in scope.elsewise.items()]
    return or_(ours(scope) & not_(_of(table, *scope.elsewise)), *there)


def _of(table: Any, *cases: int) -> ColumnElement[bool]:
    """Which rows tell of one of these cases."""
    column: ColumnElement[Any] | None = getattr(table, "instance_id", None)
    if column is not None:
        return column.is_not(None) & column.in_(cases)
    tasks = _other("user_task")
    return exists().where(tasks.c.id == table.task_id, tasks.c.instance_id.in_(cases))


def given(scope: Scope, tasks: Any) -> ColumnElement[bool]:
    """Which tasks are the person's by name, by the class or by the columns of ``user_task``: as :meth:`Scope.is_given`."""
    mine: ColumnElement[bool] = tasks.assignee == scope.username
    return mine if scope.everything else mine & _by_case(scope, tasks, lambda here: _still(here, tasks))


def _still(scope: Scope, tasks: Any) -> ColumnElement[bool]:
    """Which tasks ask for no role, or for one that the person holds there."""
    asked, contact = cast(tasks.candidate_groups, String), scope.confined is not None
    ways = [asked == "[]"]
    for role in sorted(scope.roles):
        places, named = scope.places(role), asked.contains(f'"{role}"', autoescape=True)
        here = true() if places is None else tasks.school_urn.in_(sorted(places))
        ways.append(named & (here | tasks.school_urn.is_(None) if contact else here))
    return or_(*ways) if scope.roles else false()


def given_cases(scope: Scope) -> Any:
    """A SELECT of the ids of cases about no school in which a task was given to the person by name; none for whoever does not
    hold the role any more in which they had it."""
    tasks = _other("user_task")
    mine = tasks.c.authority == scope.authority, given(scope, tasks.c), tasks.c.school_urn.is_(None)
    return select(tasks.c.instance_id).where(*mine)


def sees_case(scope: Scope, cases: Any) -> ColumnElement[bool]:
    """Which cases an officer may see, by the columns of ``process_instance`` or of an alias of it.

    Those for whose process (property ``visibleTo``), or in which, one of their roles is asked, or they themselves are; those
    that they began; those of schools whose link adviser they are; and all for whoever manages cases.
    """
    if scope.oversees:
        return true()
    limited = scope.schools or {}
    everywhere = {"", *(role for role in scope.roles if role not in limited)}
    seen = [_reads(scope, cases, everywhere, scope.username)]
    seen += [
        _reads(scope, cases, {role}) & cases.school_urn.in_(sorted(limited[role]))
        for role in sorted(scope.roles & limited.keys())
    ]
    if scope.advises:
        seen.append(cases.school_urn.in_(sorted(scope.advises)))
    if scope.username:
        seen.append(cases.started_by == scope.username)
    return or_(*seen)


def _reads(scope: Scope, cases: Any, roles: Collection[str], name: str = "") -> ColumnElement[bool]:
    """Which cases these roles see: by their process's version, or since they, or the person, were asked in the case itself."""
    process, asked = _other("process_reader"), _other("case_reader")
    versions = select(process.c.definition_id).where(
        process.c.authority == scope.authority, process.c.role.in_(sorted(roles))
    )
    who = asked.c.role.in_(sorted(roles)) & (asked.c.username == "")
    who = who | (asked.c.username == name) if name else who
    return or_(cases.definition_id.in_(versions), exists().where(asked.c.instance_id == cases.id, who))


def of_seen_case(scope: Scope, case: Any) -> ColumnElement[bool]:
    """Which rows tell of a case that an officer may see, or of none, by the column with the case's id.

    Asked row by row along the case's key, so that it costs the same however many cases there are.
    """
    if scope.oversees:
        return true()
    cases = _other("process_instance")
    seen = exists().where(cases.c.id == case, cases.c.authority == scope.authority, sees_case(scope, cases.c))
    return or_(seen, case.is_(None)) if case.property.columns[0].nullable else seen


def of_no_barred_case(scope: Scope, case: Any) -> ColumnElement[bool]:
    """Which rows tell of no case that the person is barred from, by the column with the case's id."""
    if scope.unbarred or not scope.username:
        return true()
    free = case.not_in(barred(scope))
    return or_(free, case.is_(None)) if case.property.columns[0].nullable else free


def of_no_barred_task(scope: Scope, task: Any) -> ColumnElement[bool]:
    """Which rows tell of no task of such a case, by the column with the task's id."""
    if scope.unbarred or not scope.username:
        return true()
    tasks = _other("user_task")
    theirs = select(tasks.c.id).where(tasks.c.instance_id.in_(barred(scope)))
    free = task.not_in(theirs)
    return or_(free, task.is_(None)) if task.property.columns[0].nullable else free


def barred(scope: Scope) -> Any:
    """A SELECT of the ids of the cases from which the person is barred, by username or by e-mail address: a few, found once a
    statement along an index that holds nobody else's.

    Cover gives no more than the absent person has: a case from which they are barred is seen by whoever covers for them only
    where these see it by what they hold themselves.
    """
    bars, cases = _other("case_bar"), _other("process_instance")
    barred = select(bars.c.instance_id).where(bars.c.authority == scope.authority, bars.c.lifted.is_(None))
    mine = (bars.c.username == scope.username) | (bars.c.email == scope.username)
    theirs = [
        (bars.c.instance_id == case) & ~exists().where(cases.c.id == case, sees_case(here, cases.c))
        for case, here in scope.elsewise.items()
    ]
    return barred.where(or_(mine, *theirs))


def of_seen_task(scope: Scope, task: Any) -> ColumnElement[bool]:
    """Which rows tell of a task of a case that an officer may see, or of none, by the column with the task's id."""
    if scope.oversees:
        return true()
    tasks, cases = _other("user_task"), _other("process_instance")
    seen = exists().where(tasks.c.id == task, cases.c.id == tasks.c.instance_id, sees_case(scope, cases.c))
    return or_(seen, task.is_(None)) if task.property.columns[0].nullable else seen


@cache
def _other(name: str) -> FromClause:
    """A table under a name of its own: a statement that has the table in it must not take this one for its own."""
    return next(table for table in _tables(BelongsToAuthority) if table.name == name).alias(f"seen_{name}")


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
def acting(session: Session, scope: Scope) -> Iterator[None]:
    """Look as somebody else for a moment, as to find out who it is that asks; then as before, or as nobody."""
    before = session.info.get(_KEY)
    set_scope(session, scope)
    try:
        yield
    finally:
        session.info[_KEY] = before


@contextmanager
def unconfined(session: Session) -> Iterator[None]:
    """What the engine does for a person in the whole authority, as a step of a case. What the person may do is asked before."""
    scope = scope_of(session)
    set_scope(session, replace(scope, schools=None, oversees=True, unbarred=True))
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


def _tables(of: type[Any]) -> Iterator[Table]:
    return (each.__table__ for each in guarded_classes(of))


def _named(statement: Any) -> frozenset[str]:
    """The names of the tables that any part of a statement names. So no criterion is made that it has no use for: each costs
    more than to look for them all."""
    return frozenset(part.name for part in visitors.iterate(statement) if isinstance(part, Table))


def _touches(statement: Any) -> bool:
    """Whether any part of a statement names a table that belongs to an authority."""
    return not _named(statement).isdisjoint(table.name for table in _tables(BelongsToAuthority))


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
            *_within(scope, _named(state.statement)),
        )


@lru_cache(maxsize=2_048)  # making them costs more than a short query; people ask again and again
def _within(scope: Scope, tables: frozenset[str]) -> tuple[LoaderCriteriaOption, ...]:
    """What somebody sees of each of these tables within their authority; what everybody sees all of needs no criterion."""
    here = (each for each in guarded_classes() if each.__table__.name in tables)
    criteria = ((each, _seen(each, scope)) for each in here)
    return tuple(with_loader_criteria(each, seen, include_aliases=True) for each, seen in criteria if seen is not None)


def _seen(table: type[BelongsToAuthority], scope: Scope) -> ColumnElement[bool] | None:
    """Of what is one person's, their own; confined to schools, what the table says; else what tells of cases that they see."""
    criteria = [table.not_barred(scope)]
    criteria += [table.of_case(scope)] if scope.confined is None else []
    criteria += [table.seen_by(scope)] if scope.confined is not None or issubclass(table, BelongsToPerson) else []
    seen = [each for each in criteria if not isinstance(each, True_)]
    return and_(*seen) if seen else None


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
