"""What the tests of comparison share: two diagrams in, what people are told out."""

from __future__ import annotations

from engine.compare import Change, Names, Version, compare


def told(old: str | bytes, new: str | bytes, names: Names | None = None) -> list[Change]:
    """The differences of two diagrams that people are told."""
    before, after = (each.encode() if isinstance(each, str) else each for each in (old, new))
    found = compare(Version({"a.bpmn": before}), Version({"a.bpmn": after}), names)
    return [change for section in found.sections for change in section.told]


def sentences(old: str | bytes, new: str | bytes, names: Names | None = None) -> list[str]:
    return [change.sentence for change in told(old, new, names)]
