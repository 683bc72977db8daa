"""What a transaction changes, noted as it is written: whatever code writes it, by objects or by statements.

A hook on SQLAlchemy's own ``Session`` class, as that of tenancy (engine/store/tenancy.py), so that no service can forget it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.orm import InstanceState, ORMExecuteState, Session
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import BinaryExpression, BindParameter
from sqlalchemy.sql.schema import Column

from engine.audit.entries import Draft
from engine.store.tables import Base

#: What a change is: a row that was added, one that was changed, and one that was deleted.
ADDED, CHANGED, REMOVED = "added", "changed", "removed"
_KEY = "audit"


@dataclass
class Change:
    """A change of one row, or of the rows that a statement found.

    ``columns`` are those that were written, ``before`` what was there, which is known of objects only. ``made`` is the object:
    its id is known when all is written. ``values`` is what is known of a row without an object.
    """

    table: type[Base]
    how: str
    values: Mapping[str, Any]
    columns: Collection[str] = ()
    before: Mapping[str, Any] = field(default_factory=dict)
    made: Any = None

    def __getitem__(self, name: str) -> Any:
        """A column of the row as it is now; None where that is not known."""
        return getattr(self.made, name, None) if self.made is not None else self.values.get(name)

    @property
    def name(self) -> str:
        """The table's name."""
        return str(self.table.__tablename__)

    @property
    def row(self) -> Mapping[str, Any]:
        """All that is known of the row as it is now."""
        if self.made is None:
            return self.values
        return {each.key: getattr(self.made, each.key) for each in inspect(self.table).column_attrs}


class Watch:
    """What was changed so far in a transaction, and the entries that somebody asked for besides."""

    def __init__(self) -> None:
        self.changes: list[Change] = []
        self.drafts: list[Draft] = []
        self._objects: dict[int, Change] = {}

    def note(self, change: Change) -> None:
        """Note a change of an object. What was added stays added, whatever is changed of it in the same transaction; what is
        changed twice was before what it was at first."""
        known = self._objects.get(id(change.made))
        if known is None:
            self._objects[id(change.made)] = change
            self.changes.append(change)
        elif known.how == CHANGED and change.how == CHANGED:
            known.before = {**change.before, **known.before}
            known.columns = [*known.before]


def watch(session: Session) -> Watch:
    """Note from now on what a session changes."""
    made = Watch()
    session.info[_KEY] = made
    return made


@contextmanager
def unwatched(session: Session) -> Iterator[None]:
    """Change what one entry tells as a whole, as the rows of a case that is deleted: the caller records it."""
    found = session.info.pop(_KEY, None)
    try:
        yield
        session.flush()
    finally:
        session.info[_KEY] = found


def watched(session: Session) -> Watch | None:
    """What was noted in a session; None where nobody watches, as in a rehearsal."""
    found = session.info.get(_KEY)
    return found if isinstance(found, Watch) else None


def _note_objects(session: Session, *_: Any) -> None:
    found = watched(session)
    if found is None:
        return
    for each in session.new:
        found.note(Change(type(each), ADDED, {}, made=each))
    for each in session.dirty:
        if session.is_modified(each):
            found.note(_altered(each))
    for each in session.deleted:
        row = _columns(each)
        found.changes.append(Change(type(each), REMOVED, row, [*row], row))


def _altered(row: Any) -> Change:
    state: InstanceState[Any] = inspect(row)
    keys = {each.key for each in state.mapper.column_attrs} - state.unmodified
    before = {}
    for key in sorted(keys):
        history = state.attrs[key].history
        if history.has_changes():
            before[key] = history.deleted[0] if history.deleted else None
    return Change(type(row), CHANGED, {}, [*before], before, row)


def _columns(row: Any) -> dict[str, Any]:
    return {each.key: getattr(row, each.key) for each in inspect(row).mapper.column_attrs}


def _note_statement(state: ORMExecuteState) -> Any:
    """Note the rows of an INSERT and of an UPDATE by ids; any other UPDATE, and a DELETE, where it found a row."""
    if state.is_select or state.bind_mapper is None or (found := watched(state.session)) is None:
        return None
    table, rows = state.bind_mapper.class_, _rows(state)
    if not rows:
        return _note_found(state, found, table)
    found.changes += [Change(table, ADDED if state.is_insert else CHANGED, row, [*row]) for row in rows]
    return None


def _rows(state: ORMExecuteState) -> list[Mapping[str, Any]]:
    """The rows of an INSERT, or of an UPDATE by ids; none of a statement that says itself what it writes."""
    given = state.parameters or ()
    return [] if state.is_delete else [given] if isinstance(given, Mapping) else list(given)


def _note_found(state: ORMExecuteState, found: Watch, table: type[Base]) -> Any:
    """Carry a statement out that says itself which rows it is for, and note it unless it found none."""
    statement: Any = state.statement
    values = {} if state.is_delete else _written(state, statement)
    where = dict(_equalities(getattr(statement, "whereclause", None)))
    done = state.invoke_statement()
    if getattr(done, "rowcount", 1):
        found.changes.append(Change(table, _how(state), {**where, **values}, [*(values or where)]))
    return done


def _how(state: ORMExecuteState) -> str:
    return ADDED if state.is_insert else REMOVED if state.is_delete else CHANGED


def _written(state: ORMExecuteState, statement: Any) -> dict[str, Any]:
    """What a statement sets its columns to, where that is a value and no expression."""
    columns = {each.key for each in statement.table.columns}
    compiled = statement.compile(dialect=state.session.get_bind().dialect)
    return {name: value for name, value in compiled.params.items() if name in columns}


def _equalities(where: Any) -> Iterator[tuple[str, Any]]:
    """The columns that a condition compares with one value each: which rows they are."""
    for part in visitors.iterate(where) if where is not None else ():
        if isinstance(part, BinaryExpression) and part.operator is operators.eq:
            left, right = part.left, part.right
            if isinstance(left, Column) and isinstance(right, BindParameter):
                yield left.key, right.value


# The hook of tenancy, which the tables import, comes first and has narrowed a statement before this one carries it out.
event.listen(Session, "before_flush", _note_objects)
event.listen(Session, "do_orm_execute", _note_statement)
