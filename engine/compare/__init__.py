"""Comparing two versions of a process, its forms and its decision tables, in words; or two councils' processes.

Every attribute and text of both files is taken as a fact (:mod:`engine.compare.flat`), so that nothing which the engine
reads can change unseen; words are given to what is known, and the file's own to the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from engine.compare import diagrams, documents, forms, tables, wording
from engine.compare.differences import differences
from engine.compare.parts import Change, Comparison, Names, Part, Section, Version

__all__ = ["Change", "Comparison", "Names", "Section", "Version", "compare"]


def compare(old: Version, new: Version, names: Names | None = None) -> Comparison:
    """All that is different between two versions. Raises DiagramRefused and ParseFailed for a file that is no such."""
    known = names or Names()
    before = {file: diagrams.parts_of(content, file) for file, content in old.diagrams.items()}
    after = {file: diagrams.parts_of(content, file) for file, content in new.diagrams.items()}
    used: dict[str, str] = {}
    sections = list(_diagrams(before, after, known, used))
    sections += _forms(old.forms, new.forms, known, used)
    sections += _tables(old.tables, new.tables)
    sections += documents.sections(old.documents, new.documents)
    return Comparison(tuple(sections))


def _diagrams(
    before: Mapping[str, Mapping[str, Part]],
    after: Mapping[str, Mapping[str, Part]],
    names: Names,
    used: dict[str, str],
) -> Iterator[Section]:
    """The sections of diagrams. ``used`` is told which form the same element had before and has now."""
    keys = {file: _processes(parts) for file, parts in [*before.items(), *after.items()]}
    for old, new in _matched(before, after, {file: frozenset(found) for file, found in keys.items()}):
        name = _title(after.get(new, {})) or _title(before.get(old, {})) or PurePosixPath(new or old).name
        pairs = diagrams.pair(before.get(old, {}), after.get(new, {}))
        keeps = bool(_processes(pairs.old) & _processes(pairs.new))
        yield Section("diagram", name, differences(pairs, wording.of_diagrams(names), keeps))
        for one, other in pairs.paired.items():
            forms = [str(part.facts.get("@camunda:formKey", "")) for part in (pairs.old[one], pairs.new[other])]
            if all(forms):
                used.setdefault(*forms)


def _processes(parts: Mapping[str, Part]) -> frozenset[str]:
    return frozenset(part.id for part in parts.values() if part.kind == "process")


def _title(parts: Mapping[str, Part]) -> str:
    return next((part.name for part in parts.values() if part.kind == "process" and part.name), "")


def _matched(
    before: Mapping[str, object], after: Mapping[str, object], keys: Mapping[str, frozenset[str]]
) -> Iterator[tuple[str, str]]:
    """Files of both sides that hold one process; what is left of each side in order; "" where there is none."""
    left = list(before)
    waiting: list[str] = []
    for new in after:
        same = next((old for old in left if keys[old] & keys[new]), None)
        if same is None:
            waiting.append(new)
        else:
            left.remove(same)
            yield same, new
    yield from _zipped(left, waiting)


def _zipped(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The one with the one, where one is left on each side; else each alone."""
    if len(old) == len(new) == 1:
        yield old[0], new[0]
    else:
        yield from ((each, "") for each in old)
        yield from (("", each) for each in new)


def _forms(
    before: Mapping[str, bytes], after: Mapping[str, bytes], names: Names, used: Mapping[str, str]
) -> Iterator[Section]:
    paired = {old: old if old in after else used.get(old, "") for old in before}
    for old, new in paired.items():
        new = new if new in after else ""
        yield from _form(before[old], after.get(new), new or old, names)
    for new in sorted(after.keys() - paired.values()):
        yield from _form(None, after[new], new, names)


def _form(old: bytes | None, new: bytes | None, key: str, names: Names) -> Iterator[Section]:
    if old == new:
        return
    words = wording.of_forms(names)
    pairs = forms.pair(forms.parts_of(old) if old else {}, forms.parts_of(new) if new else {})
    if found := differences(pairs, words, keeps_ids=False):
        yield Section("form", names.of("form", [key]), found)


def _tables(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> Iterator[Section]:
    olds = {file: tables.parts_of(content, file) for file, content in before.items()}
    news = {file: tables.parts_of(content, file) for file, content in after.items()}
    keys = {file: _decisions(parts) for file, parts in [*olds.items(), *news.items()]}
    for old, new in _matched(olds, news, keys):
        pairs = tables.pair(olds.get(old, {}), news.get(new, {}))
        if found := differences(pairs, wording.of_tables(), keeps_ids=False):
            named = next(
                (p.name for p in [*pairs.new.values(), *pairs.old.values()] if p.kind == "decision"), new or old
            )
            yield Section("table", named, found)


def _decisions(parts: Mapping[str, Part]) -> frozenset[str]:
    return frozenset(part.id for part in parts.values() if part.kind == "decision")
