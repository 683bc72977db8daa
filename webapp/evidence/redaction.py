"""Blacking out by hand: whole entries, names of people, and words; each redaction is listed, and never what it hid."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

#: What stands in the place of what is left out.
BLACK = "[redacted]"
PERSON = "[name redacted]"
#: Fields of an entry that hold what people wrote, or names.
_TEXTS = ("what", "by", "for", "lines", "answers")
#: Words that are blacked out at most, and the least letters of each: one letter would black out every word.
MOST_WORDS, SHORTEST = 100, 2


@dataclass(frozen=True)
class Choice:
    """What is blacked out by hand: ``entries`` by their numbers, ``words`` wherever they stand, the ``names`` of people who
    acted; ``why`` is the reason."""

    entries: frozenset[int] = frozenset()
    words: tuple[str, ...] = ()
    names: bool = False
    why: str = ""

    def __bool__(self) -> bool:
        return bool(self.entries or self.words or self.names)


def words_of(text: str) -> tuple[str, ...]:
    """The words or phrases of a text, between commas, semicolons and ends of lines; what is too short to be told apart is left
    out."""
    lines = (" ".join(line.split()) for line in re.split(r"[,;\n\r]", text))
    return tuple(dict.fromkeys(line for line in lines if len(line) >= SHORTEST))[:MOST_WORDS]


def redacted(document: Mapping[str, Any], choice: Choice) -> dict[str, Any]:
    """The document with what was chosen blacked out, and its list of redactions longer by each."""
    rows: list[dict[str, Any]] = []
    choice = replace(choice, words=(*choice.words, *(_people(document) if choice.names else ())))
    entries = [_entry(entry, choice, rows) for entry in document["entries"]]
    heads = {
        name: _blacked(document[name], choice.words, rows, None, choice.why) for name in ("title", "cases", "made")
    }
    if choice.names:
        heads["cases"] = [{**case, "started": {**case["started"], "by": PERSON}} for case in heads["cases"]]
        rows.append({"entry": None, "what": "the names of those who began the cases", "why": choice.why})
    listed = sorted([*document["redactions"], *rows], key=lambda row: row["entry"] or 0)
    return {**document, **heads, "entries": entries, "redactions": _numbered(listed)}


def _people(document: Mapping[str, Any]) -> list[str]:
    """The names of all who acted: they may stand in what others wrote, too."""
    acted = {str(entry["by"]) for entry in document["entries"]}
    began = {str(case["started"]["by"]) for case in document["cases"]}
    return sorted(name for name in acted | began if len(name) >= SHORTEST)


def _numbered(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{"number": number, **row} for number, row in enumerate(rows, 1)]


def _entry(entry: Mapping[str, Any], choice: Choice, rows: list[dict[str, Any]]) -> dict[str, Any]:
    number, made = entry["number"], dict(entry)
    if number in choice.entries:
        answers = [{**each, "answer": BLACK} for each in entry["answers"]]
        made |= {"lines": [BLACK] if entry["lines"] else [], "answers": answers}
        rows.append({"entry": number, "what": "the whole record of the entry", "why": choice.why})
    if choice.names and entry["by"]:
        made["by"] = PERSON
        rows.append({"entry": number, "what": "the name of the person", "why": choice.why})
    for name in _TEXTS:
        made[name] = _blacked(made[name], choice.words, rows, number, choice.why)
    return made


def _blacked(value: Any, words: Sequence[str], rows: list[dict[str, Any]], number: int | None, why: str) -> Any:
    """A value with the words blacked out in every text of it; a row for each time that it held some."""
    pattern = _pattern(words)
    if pattern is None:
        return value
    made, times = _replaced(value, pattern)
    if times:
        many = "a word or phrase" if times == 1 else f"words or phrases, {times} times"
        rows.append({"entry": number, "what": many, "why": why})
    return made


def _pattern(words: Collection[str]) -> re.Pattern[str] | None:
    """The words in any case, whole, with whatever space stands between them."""
    if not words:
        return None
    longest = sorted(words, key=len, reverse=True)
    either = "|".join(r"\s+".join(re.escape(part) for part in word.split()) for word in longest)
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE)


def _replaced(value: Any, pattern: re.Pattern[str]) -> tuple[Any, int]:
    if isinstance(value, str):
        return pattern.subn(BLACK, value)
    if isinstance(value, Mapping):
        found = {key: _replaced(each, pattern) for key, each in value.items()}
        return {key: made for key, (made, _) in found.items()}, sum(times for _, times in found.values())
    if isinstance(value, list):
        pairs = [_replaced(each, pattern) for each in value]
        return [made for made, _ in pairs], sum(times for _, times in pairs)
    return value, 0
