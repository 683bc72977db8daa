"""All that is kept of a person in an authority, for whoever asks what that is: every row of every table that names them.

Texts and plain JSON are looked through by the database; what is packed (answers, variables, mails) is unpacked and read, so this
takes longer the more there is. It is asked seldom.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import JSON, Column, String, cast, inspect, or_, select
from sqlalchemy.orm import Session

from engine.feel.stored import stored
from engine.queries.conflicts import barred_from
from engine.queries.reports import told_in
from engine.store.database import PackedJson, dumps
from engine.store.sealed import opened
from engine.store.tables import (
    Attachment,
    AuditEntry,
    Base,
    CaseBar,
    Comment,
    Correction,
    Cover,
    Draft,
    History,
    Holding,
    Incident,
    Message,
    Notification,
    Outbox,
    Person,
    ProcessInstance,
    Report,
    ReportedEvent,
    School,
    SchoolCategory,
    TaskLink,
    UserTask,
)
from engine.store.tenancy import Scope, acting, scope_of

#: Rows of one kind at most: somebody of whom there are more is asked what they want to know.
MOST = 5_000
#: Ends the kind of rows that name somebody only as the head of the school that they are about: what they say is of others.
AS_HEAD = ", only as the head of its school"
#: Ends the kind of rows that name somebody only as who began a case, had a task of it, or is its school's link adviser: their
#: work, which tells of others.
AS_WORK = ", only by their work"
#: What stands apart, in the order in which it is looked for.
APART = (AS_HEAD, AS_WORK)
#: The columns that say whose work a row is, by its table.
_WORK: Mapping[type[Base], frozenset[str]] = {
    ProcessInstance: frozenset({"started_by"}),
    UserTask: frozenset({"assignee", "owner", "ended_by", "priority_by"}),
    History: frozenset({"by"}),
}
#: How many rows are unpacked at a time.
AT_ONCE = 1_000
#: What is looked through, by the words of a page, and the columns that say nothing of anybody and are left out.
KINDS: Mapping[str, tuple[type[Base], frozenset[str]]] = {
    "Register of people": (Person, frozenset()),
    "Cover": (Cover, frozenset()),
    "Schools": (School, frozenset()),
    "Cases": (ProcessInstance, frozenset({"state", "active", "revision", "history_length"})),
    "Tasks and answers": (UserTask, frozenset({"token", "mark", "due_order", "tell_at", "told"})),
    "Story of cases": (History, frozenset({"token", "via"})),
    "Comments": (Comment, frozenset()),
    "Corrections": (Correction, frozenset()),
    "Files": (Attachment, frozenset({"key"})),
    "Links to tasks": (TaskLink, frozenset({"codes", "tries"})),
    "Notices": (Notification, frozenset({"occasion"})),
    "Mails": (Outbox, frozenset({"key", "next_try", "attempts"})),
    "Conflicts of interest": (CaseBar, frozenset()),
    "Problems with their answers": (Incident, frozenset({"token", "detail", "job_id"})),
    "Messages between cases": (Message, frozenset()),
    "Reported events": (ReportedEvent, frozenset()),
    "Categories of schools": (SchoolCategory, frozenset()),
    "Reports": (Report, frozenset({"figures", "cases"})),
    "Typed and not handed in": (Draft, frozenset()),
    "Audit trail": (AuditEntry, frozenset({"previous", "hash", "erased"})),
}


def _as_it_is(value: Any) -> Any:
    return value


def _of_mail(value: Any) -> Any:
    return opened(value) if isinstance(value, Mapping) else value


#: How a value of a table is shown, and looked through, where that is not as it is kept.
_SHOWN: Mapping[type[Base], Callable[[Any], Any]] = {Outbox: _of_mail}


@dataclass
class Kept:
    """What is kept of a person: rows by kind, as JSON; ``more`` are the kinds with more than :data:`MOST`. What names them only
    as the head of its school, or as whose work it was, is a kind of its own (:data:`APART`)."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    more: list[str] = field(default_factory=list)


def kept_of(session: Session, names: Iterable[str]) -> Kept:
    """All rows of the authority that name somebody by one of these: user names, addresses, names as they are written.

    Nothing of a case from which whoever looks is barred. What somebody has typed and not handed in is theirs alone to see
    elsewhere; here it is found by their user name.
    """
    wanted = sorted({each.strip() for each in names if each.strip()})
    found = Kept()
    for kind, (table, left_out) in KINDS.items() if wanted else ():
        rows = list(_rows(session, table, left_out, wanted))
        if len(rows) > MOST:
            found.more.append(kind)
        parted = _parted(rows[:MOST], wanted, _WORK.get(table, frozenset()))
        found.rows |= {f"{kind}{end}": parted[end] for end in ("", *APART) if parted[end]}
    _roles(session, found)
    return found


def _parted(
    rows: Iterable[dict[str, Any]], wanted: Iterable[str], work: frozenset[str]
) -> dict[str, list[dict[str, Any]]]:
    """The rows that name the person, and those that do so only as head of the school, or as whose ``work`` it was."""
    low = [each.casefold() for each in wanted]
    found: dict[str, list[dict[str, Any]]] = {end: [] for end in ("", *APART)}
    for row in rows:
        found[_end(row, low, work)].append(row)
    return found


def _end(row: dict[str, Any], low: Sequence[str], work: frozenset[str]) -> str:
    """To which part of its kind a row belongs."""
    without = _without(row, {"head"})
    if without != row and not _names([without], low):
        return AS_HEAD
    rest = _without({name: value for name, value in row.items() if name not in work}, {"head", "link_adviser"})
    return AS_WORK if rest != without and not _names([rest], low) else ""


def _without(value: Any, names: Collection[str]) -> Any:
    """What is kept, without what the register's data of a school in it says by these names."""
    if isinstance(value, dict):
        out = names if {"urn", "phase", "head"} <= value.keys() else ()
        return {name: _without(each, names) for name, each in value.items() if name not in out}
    return [_without(each, names) for each in value] if isinstance(value, list) else value


def _roles(session: Session, found: Kept) -> None:
    """The roles of the people of the register that were found."""
    people = [each["id"] for each in found.rows.get("Register of people", ())]
    roles = session.scalars(select(Holding).where(Holding.person_id.in_(people))).all() if people else []
    if roles:
        found.rows["Roles by the register"] = [_plain_row(each, frozenset()) for each in roles]


def _rows(session: Session, table: type[Base], left_out: frozenset[str], wanted: list[str]) -> Iterator[dict[str, Any]]:
    if table is Draft:
        yield from _drafts(session, wanted)
        return
    said, packed = _columns(table, left_out)
    names = or_(*(cast(column, String).icontains(each, autoescape=True) for column in said for each in wanted))
    seen = set()
    barred = barred_from(session, scope_of(session)) if table is Report else frozenset()
    for row in session.scalars(select(table).where(names).limit(MOST + 1)):
        if isinstance(row, Report) and not barred.isdisjoint(told_in(row)):
            continue
        seen.add(inspect(row).identity)
        yield _plain_row(row, left_out)
    if packed:
        yield from _unpacked(session, table, left_out, (packed, wanted, seen))


def _columns(table: type[Base], left_out: frozenset[str]) -> tuple[list[Any], list[Any]]:
    """The columns that the database looks through, and those that are unpacked."""
    said, packed = [], []
    for each in inspect(table).column_attrs:
        kind = each.columns[0].type
        if each.key in left_out or each.key == "authority" or not isinstance(each.columns[0], Column):
            continue
        if isinstance(kind, PackedJson):
            packed.append(getattr(table, each.key))
        elif isinstance(getattr(kind, "impl_instance", kind), String | JSON):  # our texts are String with a check
            said.append(getattr(table, each.key))
    return said, packed


def _unpacked(
    session: Session,
    table: type[Base],
    left_out: frozenset[str],
    what: tuple[Sequence[Any], Sequence[str], set[Any]],
) -> Iterator[dict[str, Any]]:
    """Rows whose packed columns name the person and that were not found already."""
    packed, wanted, seen = what
    keys = [getattr(table, str(each.key)) for each in inspect(table).primary_key]
    there = or_(*(column.is_not(None) for column in packed))
    chosen = select(*keys, *packed).where(there).execution_options(yield_per=AT_ONCE)
    low = [each.casefold() for each in wanted]
    shown = _SHOWN.get(table, _as_it_is)
    rows = session.execute(chosen)
    texts = ((tuple(row[: len(keys)]), [*map(shown, row[len(keys) :])]) for row in rows)
    hits = [ident for ident, said in texts if ident not in seen and _names(said, low)]
    for ident in hits[: MOST + 1]:
        yield _plain_row(session.get_one(table, ident if len(ident) > 1 else ident[0]), left_out)


def _names(said: Sequence[Any], low: Sequence[str]) -> bool:
    text = dumps(stored(list(said))).casefold()
    return any(each in text for each in low)


def _drafts(session: Session, wanted: list[str]) -> Iterator[dict[str, Any]]:
    whose = scope_of(session).authority
    mine = select(Draft).where(Draft.authority == whose, Draft.username.in_([each.lower() for each in wanted]))
    with acting(session, Scope.all_authorities()):
        rows = session.scalars(mine.limit(MOST)).all()
        yield from [_plain_row(each, frozenset()) for each in rows]


def _plain_row(row: Any, left_out: frozenset[str]) -> dict[str, Any]:
    names = (each.key for each in inspect(type(row)).column_attrs if each.key not in left_out | {"authority"})
    shown = _SHOWN.get(type(row), _as_it_is)
    values = {name: shown(getattr(row, name)) for name in names}
    return {name: json.loads(dumps(stored(value))) for name, value in values.items() if value not in (None, "", [], {})}
