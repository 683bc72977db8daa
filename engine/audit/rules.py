"""What a change of each table means to the audit trail. A table that nobody has said anything about is told in general words,
and a test asks for its rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from engine.audit.changes import Change
from engine.audit.entries import About, Confidential, Draft
from engine.audit.kinds import ADDED, CHANGED, REMOVED
from engine.queries.common import Elements
from engine.store.tables import ProcessInstance, UserTask

#: Columns of any table that an entry says otherwise, or that say nothing.
COLUMNS_OF_ANY = frozenset({"id", "authority"})
#: Names of columns, and the part of an entry that they are.
PARTS = {"instance_id": "instance_id", "task_id": "task_id", "school_urn": "school_urn", "urn": "school_urn"}
PARTS |= {"username": "person", "process": "process"}

AboutOf = Callable[[Change], Mapping[str, Any]]


class Gathered:
    """What a transaction has changed, as rules look at it: with its session, and what is known of the cases meanwhile."""

    def __init__(self, session: Session, changes: Iterable[Change], secrets: Any, authority: str) -> None:
        self.session, self.changes, self.secrets = session, list(changes), secrets
        self._authority = authority

    def case(self, instance_id: int | None) -> ProcessInstance | None:
        """A case, which is nearly always in the session already."""
        return self.session.get(ProcessInstance, instance_id) if instance_id is not None else None

    def task(self, task_id: int | None) -> UserTask | None:
        """A task, which is in the session where somebody has completed it."""
        return self.session.get(UserTask, task_id) if task_id is not None else None

    def name_of(self, definition_id: int | None, element: str) -> str:
        """What a diagram calls an element: an entry must still say it when nobody remembers the ids of today."""
        if not element or definition_id is None:
            return element
        return Elements(self.session, [definition_id]).info(definition_id, element).name

    def authority(self, change: Change) -> str:
        """Whose a row is: its own, that of its case, or that of whoever writes."""
        ident = change["instance_id"] or change["source_id"] or change["target_id"]
        case = None if change["authority"] is not None else self.case(ident)
        return str(change["authority"] or (case.authority if case else self._authority))

    def of(self, *tables: str) -> list[Change]:
        """The changes of some tables."""
        return [each for each in self.changes if each.name in tables]

    def within(self, about: dict[str, Any]) -> About:
        """What an entry is about, with the school and process of its case."""
        case = self.case(about.get("instance_id"))
        if case is not None:
            about = {"school_urn": case.school_urn, "process": case.process, **{k: v for k, v in about.items() if v}}
        return About(**about)


Tell = Callable[[Change, Gathered], Iterator[Draft]]


@dataclass(frozen=True)
class Silent:
    """A table whose changes are no entries of their own; ``why`` says where they are told, or why they are nobody's business."""

    why: str

    def __call__(self, change: Change, gathered: Gathered) -> Iterator[Draft]:
        """Nothing."""
        return iter(())


@dataclass(frozen=True)
class Rule:
    """A table of which each change is an entry: of which kind, and about what.

    ``left_out`` are columns that no entry tells, ``masked`` those of which it has a digest, ``why`` the column of the reason
    and ``by`` that of whoever did it. A column that is in none of these is told, so that a new one is too.
    """

    added: str = ADDED
    changed: str = CHANGED
    removed: str = REMOVED
    about: AboutOf | None = None
    left_out: frozenset[str] = frozenset()
    masked: frozenset[str] = frozenset()
    why: str = ""
    by: str = ""
    guarded: bool = False
    """Whether long texts and structures are masked: of a table of which nobody has said what it holds."""

    def __call__(self, change: Change, gathered: Gathered) -> Iterator[Draft]:
        """The entry of a change; none where nothing of it is told."""
        kind = getattr(self, change.how)
        before, after = self.sides(change)
        if kind and (before or after):
            yield Draft(
                authority=gathered.authority(change),
                kind=kind,
                about=gathered.within(self._about(change)),
                before=before,
                after=after,
                why=str(change[self.why] or "") if self.why else "",
                by=str(change[self.by] or "") if self.by else "",
            )

    def sides(self, change: Change) -> tuple[dict[str, Any], dict[str, Any]]:
        """What is told of before and after: of a change, only what changed."""
        told = sorted(filter(self._is_told, change.row if change.how == "added" else change.columns))
        now = {name: self._value(name, change[name]) for name in told}
        if change.how == "added":
            return {}, {name: value for name, value in now.items() if value not in (None, "", [], {})}
        before = {name: self._value(name, change.before[name]) for name in told if name in change.before}
        return (before or now, {}) if change.how == "removed" else (before, now)

    def _is_told(self, name: str) -> bool:
        return name not in COLUMNS_OF_ANY and name not in self.left_out and name != self.why

    def _value(self, name: str, value: Any) -> Any:
        if value is None or not (name in self.masked or (self.guarded and not _is_plain(value))):
            return value
        return Confidential(value)

    def _about(self, change: Change) -> dict[str, Any]:
        known = {part: change[name] for name, part in PARTS.items() if change[name] is not None}
        return {**known, **(self.about(change) if self.about else {"subject": change["name"]})}


def _is_plain(value: Any) -> bool:
    return isinstance(value, bool | int | date | datetime) or (isinstance(value, str) and len(value) <= 60)


def titled(change: Change) -> dict[str, Any]:
    """The table's name, for what has no other words."""
    return {"subject": change.name.replace("_", " ")}


#: The rule of a table that has none.
ANY = Rule(about=titled, guarded=True)
#: By the name of a table. The web application adds its own.
RULES: dict[str, Rule | Silent | Tell] = {}


def rule(*tables: str) -> Callable[[Tell], Tell]:
    """Let a function tell the changes of some tables."""

    def given(tell: Tell) -> Tell:
        RULES.update(dict.fromkeys(tables, tell))
        return tell

    return given


def drafts_of(gathered: Gathered) -> Iterator[Draft]:
    """The entries of all changes of a transaction."""
    for change in gathered.changes:
        yield from RULES.get(change.name, ANY)(change, gathered)
