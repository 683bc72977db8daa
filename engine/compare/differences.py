"""The differences of two documents that have been taken apart and paired."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from engine.compare.matching import Pairs
from engine.compare.parts import NAME, ORDER, Change, How, Part, Ref, Value


@dataclass(frozen=True)
class Words:
    """How one kind of document says things."""

    kind: Callable[[str], str]
    """The words for a part's kind."""
    what: Callable[[str], str]
    """The words for a fact's path; empty for one that people need not be told of."""
    value: Callable[[str, str], str]
    """A text as people read it, by its path."""
    seen: frozenset[str]
    """The paths that the drawing shows."""


def differences(pairs: Pairs, words: Words, keeps_ids: bool) -> tuple[Change, ...]:
    """Every difference, in the order of the new document, what is gone first.

    ``keeps_ids`` says that both are versions of one document, so that another id is a difference too.
    """
    gone, fresh = {part.id for part in pairs.removed}, {part.id for part in pairs.added}
    found = [_whole("removed", part, pairs.old, gone, words) for part in pairs.removed]
    kept = {new: old for old, new in pairs.paired.items()}
    for ident, part in pairs.new.items():
        if ident not in kept:
            found.append(_whole("added", part, pairs.new, fresh, words))
        else:
            found += _of_part(pairs, pairs.old[kept[ident]], part, words, keeps_ids)
    return tuple(found)


def _whole(how: How, part: Part, parts: Mapping[str, Part], others: Collection[str], words: Words) -> Change:
    """A part that only one side has; ``others`` are the ids of all such parts of that side."""
    says = tuple(_says(part, parts, words))
    ends = {each.id for path in _ENDS if isinstance(each := part.facts.get(path), Ref)}
    follows = not says and not ends.isdisjoint(others)
    old, new = (part.id, "") if how == "removed" else ("", part.id)
    return Change(how, words.kind(part.kind), part.name, old=old, new=new, seen=True, follows=follows, says=says)


_ENDS = ("@sourceRef", "@targetRef")


def _says(part: Part, parts: Mapping[str, Part], words: Words) -> Iterator[tuple[str, str]]:
    """What a part says besides its name, its place and its ends."""
    for path, value in part.facts.items():
        if path not in (NAME, ORDER, "inside", "type", *_ENDS):
            yield words.what(path), _said(parts, value, path, words)


def _of_part(pairs: Pairs, old: Part, new: Part, words: Words, keeps_ids: bool) -> list[Change]:
    kind = words.kind(new.kind)
    found: list[Change] = []
    if keeps_ids and old.id != new.id and new.kind not in _PASSED:
        found.append(Change("replaced", kind, new.name, old=old.id, new=new.id))
    if old.kind != new.kind:
        kinds = words.kind(old.kind), kind
        found.append(Change("changed", kind, new.name, "kind of element", *kinds, old.id, new.id, seen=True))
    for path in {**old.facts, **new.facts}:
        found += _of_fact(pairs, old, new, path, words)
    if not found and old.drawn != new.drawn:
        found.append(Change("moved", kind, new.name, old=old.id, new=new.id, seen=True))
    return found


#: No case waits at one of these.
_PASSED = frozenset({"sequenceFlow", "association", "messageFlow", "textAnnotation", "group", "lane", "participant"})


def _of_fact(pairs: Pairs, old: Part, new: Part, path: str, words: Words) -> Iterator[Change]:
    before, after = old.facts.get(path, ""), new.facts.get(path, "")
    if path == ORDER:
        before, after = _common(pairs, before, after)
    if pairs.mapped(before) == after or _only_says_more(old, new, path):
        return
    kind = words.kind(new.kind)
    if path == NAME:
        yield Change("renamed", kind, new.name, "name", str(before), str(after), old.id, new.id, seen=True)
        return
    what = words.what(path)
    said = _said(pairs.old, before, path, words), _said(pairs.new, after, path, words)
    yield Change("changed", kind, new.name, what, *said, old.id, new.id, seen=path in words.seen)


def _only_says_more(old: Part, new: Part, path: str) -> bool:
    """Whether one side says only that something is there, and the other says more of it."""
    inside = (f"{path}/", f"{path}@")
    there = [
        part.facts.get(path) == "yes" or any(each.startswith(inside) for each in part.facts) for part in (old, new)
    ]
    return "yes" in (old.facts.get(path), new.facts.get(path)) and all(there)


def _common(pairs: Pairs, before: Value, after: Value) -> tuple[Value, Value]:
    """Two orders, but only of what both have: what is added or removed is told by itself."""
    olds = before if isinstance(before, tuple) else ()
    news = after if isinstance(after, tuple) else ()
    there, known = {each.id for each in news}, {pairs.paired.get(each.id) for each in olds}
    kept = tuple(each for each in olds if pairs.paired.get(each.id) in there)
    return kept, tuple(each for each in news if each.id in known)


def _said(parts: Mapping[str, Part], value: Value, path: str, words: Words) -> str:
    if isinstance(value, str):
        return words.value(path, value) if value else ""
    named = [_name_of(parts, each) for each in ((value,) if isinstance(value, Ref) else value)]
    return ", then ".join(named) if path == ORDER else ", ".join(named)


def _name_of(parts: Mapping[str, Part], ref: Ref) -> str:
    found = parts.get(ref.id)
    return found.name or found.kind if found else ref.id
