"""What is compared: a document taken apart into parts with names, each with everything that it says as facts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

#: How two parts or facts differ. ``moved`` is of the drawing alone; ``replaced`` is a part drawn anew under its old name.
How = Literal["added", "removed", "renamed", "changed", "moved", "replaced"]

#: The fact that is a part's own name, or the words of a question.
NAME = "@name"
#: The fact that is the order of what hangs on a part: only what both sides have is compared.
ORDER = "order"


@dataclass(frozen=True)
class Ref:
    """A fact that names another part of the same document by its id."""

    id: str


#: What a part says under one name: a text, another part, or several in their order.
Value = str | Ref | tuple[Ref, ...]


@dataclass(frozen=True)
class Part:
    """An element, a question, a rule. ``facts`` holds everything that it says; what is only drawing stands in ``drawn``."""

    id: str
    kind: str
    name: str
    facts: Mapping[str, Value]
    drawn: tuple[str, ...] = ()
    """How it stands in the drawing; empty where there is none."""
    place: int = 0
    """Its place in the document, by which the list of changes is in order."""


@dataclass(frozen=True)
class Change:
    """One difference, of a part or of one thing that it says. Names and values are as people read them."""

    how: How
    kind: str
    """What it is: "user task", "question", "rule"."""
    name: str
    """The name of what has changed: the old one for what is removed, else the new one."""
    what: str = ""
    """Which of its facts: "due date", "roles"; empty when it is the part as a whole."""
    before: str = ""
    after: str = ""
    old: str = ""
    """The id of the part in the old document; empty when it isn't there."""
    new: str = ""
    seen: bool = False
    """Whether the drawing shows it: what is added, removed, renamed or moved, and where flows lead."""
    follows: bool = False
    """Whether it goes without saying: a plain flow to or from what is new, or is gone."""
    says: tuple[tuple[str, str], ...] = ()
    """What a part that is new or gone says: pairs of what and value."""

    @property
    def subject(self) -> str:
        """What has changed: User task “Document evidence”."""
        subject = f"{self.kind} “{self.name}”" if self.name else self.kind
        return f"{subject[:1].upper()}{subject[1:]}"

    @property
    def sentence(self) -> str:
        """The difference in one sentence."""
        return f"{self.subject}{self._said()}."

    def _said(self) -> str:
        if self.how == "changed":
            return _changed(self.what, self.before, self.after)
        if self.how == "renamed" and not (self.before and self.after):
            return " had no name" if self.after else f" has no name any more: it was “{self.before}”"
        details = "; ".join(f"{what}: {value}" for what, value in self.says)
        return _SENTENCES[self.how].format(before=self.before) + (f" ({details})" if details else "")


_SENTENCES: Mapping[str, str] = {
    "added": " is new",
    "removed": " is gone",
    "renamed": " was called “{before}”",
    "moved": " stands elsewhere in the drawing, and means the same",
    "replaced": " was drawn anew: a running case that waits there has to be told where it goes on",
}


def _changed(what: str, before: str, after: str) -> str:
    if not before:
        return f": {what} added: “{after}”"
    if not after:
        return f": {what} taken out: “{before}”"
    return f": {what} changed from “{before}” to “{after}”"


@dataclass(frozen=True)
class Section:
    """The differences of one document: a diagram, a form, a decision table, or one of the configuration."""

    kind: Literal["diagram", "form", "table", "settings"]
    name: str
    changes: tuple[Change, ...]

    @property
    def told(self) -> tuple[Change, ...]:
        """The differences but for what only stands elsewhere in the drawing, and what goes without saying."""
        return tuple(each for each in self.changes if each.how != "moved" and not each.follows)

    @property
    def moved(self) -> tuple[Change, ...]:
        """What only stands elsewhere in the drawing."""
        return tuple(each for each in self.changes if each.how == "moved")

    def marks(self, side: Literal["old", "new"]) -> dict[str, list[str]]:
        """The ids to be marked on one side's diagram: {removed, added, changed or moved: ids}, each id once."""
        found: dict[str, str] = {}
        for change in sorted(self.changes, key=lambda each: _WEIGHT[_mark(each)]):
            if ident := change.old if side == "old" else change.new:
                found[ident] = _mark(change)
        marks: dict[str, list[str]] = {}
        for ident, mark in found.items():
            marks.setdefault(mark, []).append(ident)
        return marks


_WEIGHT = {"moved": 0, "changed": 1, "added": 2, "removed": 2}


def _mark(change: Change) -> str:
    return change.how if change.how in _WEIGHT else "changed"


@dataclass(frozen=True)
class Comparison:
    """All that is different between two versions of a process, or between two processes."""

    sections: tuple[Section, ...]

    @property
    def same(self) -> bool:
        """Whether nothing is different, not even the drawing."""
        return not any(section.changes for section in self.sections)

    @property
    def count(self) -> int:
        """How many differences there are, but for what only stands elsewhere in the drawing."""
        return sum(len(section.told) for section in self.sections)

    def of(self, kind: str) -> Iterable[Section]:
        """The sections of one kind."""
        return (section for section in self.sections if section.kind == kind)


@dataclass(frozen=True)
class Version:
    """One side of a comparison: files by name, forms by key, documents by kind. What either side lacks is not compared."""

    diagrams: Mapping[str, bytes] = field(default_factory=dict)
    tables: Mapping[str, bytes] = field(default_factory=dict)
    forms: Mapping[str, bytes] = field(default_factory=dict)
    documents: Mapping[str, bytes] = field(default_factory=dict)
    """Of the configuration, by kind."""


@dataclass(frozen=True)
class Names:
    """What people call what a diagram names by id: roles, forms, processes, decisions and clauses."""

    known: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By kind, {id: name}."""

    def of(self, kind: str, ids: Collection[str]) -> str:
        """The names of these ids; of one that nobody knows, its own words."""
        return ", ".join(self.known.get(kind, {}).get(each) or _own_words(kind, each) for each in ids)


def _own_words(kind: str, ident: str) -> str:
    """A form's key without its folder and hyphens, since a form has no name of its own; any other id as it is."""
    return ident.rpartition("/")[2].replace("-", " ") if kind == "form" else ident
