"""The differences of two documents of the configuration, entry by entry."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from engine.compare.parts import Change, Section
from engine.configuration import CALENDAR, CLAUSES, ROLES, SETTINGS, TITLES, read_calendar, read_settings
from engine.configuration.register import read_register
from engine.configuration.roles import CAPABILITIES, OFFICER, Role, read_roles

#: An entry as pairs of a fact's name and what it says.
Entry = Mapping[str, str]


def sections(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> Iterator[Section]:
    """What is different in the documents that both sides have, or that one side alone has."""
    for kind in {**before, **after}:
        word, read = _READERS[kind]
        olds = read(before[kind]) if kind in before else {}
        news = read(after[kind]) if kind in after else {}
        if found := tuple(_differences(word, olds, news)):
            yield Section("settings", TITLES[kind], found)


def _differences(word: str, olds: Mapping[str, Entry], news: Mapping[str, Entry]) -> Iterator[Change]:
    for name in olds.keys() - news.keys():
        yield Change("removed", word, name, old=name, says=_says(olds[name]))
    for name, entry in news.items():
        if name not in olds:
            yield Change("added", word, name, new=name, says=_says(entry))
            continue
        for what in {**olds[name], **entry}:
            old, new = olds[name].get(what, ""), entry.get(what, "")
            if old != new:
                yield Change("changed", word, name, what, old, new, name, name)


def _says(entry: Entry) -> tuple[tuple[str, str], ...]:
    return tuple((what, value) for what, value in entry.items() if value)


def _settings(data: bytes) -> dict[str, Entry]:
    found, _ = read_settings(data)
    return {name: {"value": value_in_words(each.value), "why": each.why} for name, each in found.items()}


def value_in_words(value: Any) -> str:
    """A setting's value as people read it. A number is told from a text of digits, which FEEL does not compare with it."""
    if isinstance(value, bool):
        return "yes (true)" if value else "no (false)"
    if isinstance(value, list):
        return ", ".join(value_in_words(each) for each in value)
    if isinstance(value, str) and value.strip().lstrip("-").replace(".", "", 1).isdigit():
        return f"“{value}”, as text"
    return str(value)


def _roles(data: bytes) -> dict[str, Entry]:
    found, _ = read_roles(data)
    return {role.name if _alone(role, found.values()) else role.id: _role(role) for role in found.values()}


def _alone(role: Role, others: Iterable[Role]) -> bool:
    return sum(each.name == role.name for each in others) == 1


def _role(role: Role) -> Entry:
    said = {
        "id": role.id,
        "counts for": "all schools" if role.kind == OFFICER else "the schools that the register says",
    }
    said |= {"permits": ", ".join(PERMITS[each] for each in CAPABILITIES if each in role.capabilities)}
    said |= {"mailbox": role.mailbox, "description": role.description}
    return said | {"looks after own schools first": "yes" if role.per_school else ""}


#: What a capability permits, in words.
PERMITS = {
    "start": "start cases",
    "manage": "see and manage every case",
    "own-processes": "change processes",
    "administer": "keep people, roles and settings",
    "audit": "read the audit trail",
    "records": "decide what is deleted and kept",
}


def _calendar(data: bytes) -> dict[str, Entry]:
    known, _ = read_calendar(data)
    if known is None:
        return {}
    found: dict[str, Entry] = {}
    for half in known.half_terms:
        found[f"{half.name} {half.school_year}"] = {"first day": _day(half.first), "last day": _day(half.last)}
    for day in sorted(known.inset_days):
        found[f"INSET day, {_day(day)}"] = {}
    return found


def _day(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"


def _clauses(data: bytes) -> dict[str, Entry]:
    found, _ = read_register(data)
    entries: dict[str, Entry] = {key: {"title": title} for key, title in found.sources.items()}
    for duty in found.duties.values():
        entries[duty.id] = {"says": duty.says, "where": duty.at, "process": duty.process, "kind of duty": duty.kind}
    return entries


_READERS: Mapping[str, tuple[str, Callable[[bytes], Mapping[str, Entry]]]] = {
    SETTINGS: ("setting", _settings),
    ROLES: ("role", _roles),
    CALENDAR: ("", _calendar),
    CLAUSES: ("clause", _clauses),
}
