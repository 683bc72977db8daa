"""Which part of the old document is which part of the new one."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field

from engine.compare.parts import Part, Ref, Value

#: How much of two names has to be the same words for two parts to be taken for one.
ALIKE = 0.6
_WORD = re.compile(r"\w+")


@dataclass
class Pairs:
    """Parts of the old document by id, and those of the new one that they are."""

    old: Mapping[str, Part]
    new: Mapping[str, Part]
    paired: dict[str, str] = field(default_factory=dict)

    @property
    def removed(self) -> list[Part]:
        """Parts of the old document that the new one doesn't have."""
        return [part for ident, part in self.old.items() if ident not in self.paired]

    @property
    def added(self) -> list[Part]:
        """Parts of the new document that the old one doesn't have."""
        taken = set(self.paired.values())
        return [part for ident, part in self.new.items() if ident not in taken]

    def mapped(self, value: Value) -> Value:
        """An old value with the new ids of the parts that it names."""
        if isinstance(value, Ref):
            return Ref(self.paired.get(value.id, value.id))
        return value if isinstance(value, str) else tuple(Ref(self.paired.get(each.id, each.id)) for each in value)

    def by(self, key: Callable[[Part, bool], Hashable]) -> None:
        """Pair what is left on both sides and has the same key (not None), in the documents' order."""
        waiting: dict[Hashable, list[str]] = {}
        for part in self.added:
            if (found := key(part, True)) is not None:
                waiting.setdefault(found, []).append(part.id)
        for part in self.removed:
            found = key(part, False)
            if found is not None and waiting.get(found):
                self.paired[part.id] = waiting[found].pop(0)

    def by_likeness(self) -> None:
        """Pair what is left of one kind and has a name of mostly the same words, the most alike first."""
        words = {side: {part.id: _words(part.name) for part in parts} for side, parts in self._left()}
        alike = sorted(
            (
                (-_likeness(words["old"][old.id], words["new"][new.id]), old.id, new.id)
                for old in self.removed
                for new in self.added
                if old.kind == new.kind
            ),
        )
        taken: set[str] = set()
        for score, old_id, new_id in alike:
            if -score >= ALIKE and old_id not in self.paired and new_id not in taken:
                self.paired[old_id] = new_id
                taken.add(new_id)

    def _left(self) -> Iterable[tuple[str, list[Part]]]:
        return (("old", self.removed), ("new", self.added))


def _words(name: str) -> frozenset[str]:
    return frozenset(_WORD.findall(name.lower()))


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one and other else 0.0


def same_name(part: Part, new: bool) -> Hashable:
    """A part's kind and name without regard to case; None when it has no name."""
    name = " ".join(part.name.lower().split())
    return (part.kind, name) if name else None
