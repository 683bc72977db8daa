"""Entries of the audit trail in words: who, from where, about what, and values before and after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine.audit.origin import COMMAND, ENGINE, GUEST, LIBRARY, OPERATOR, SAMPLE, UNKNOWN, WEB, WORKER
from engine.queries import AuditRow
from webapp.dates import day, hour
from webapp.people.names import person, role_names

#: Characters of a digest that a page shows: enough to compare two by eye.
DIGEST = 12
CHANNELS = {
    WEB: "Browser",
    COMMAND: "Command line",
    WORKER: "Pathways’ worker",
    SAMPLE: "The making of the sample",
    LIBRARY: "A program",
}
#: Names of values that are roles.
ROLES = {"role", "roles", "candidate_groups"}


@dataclass(frozen=True)
class Side:
    """A value before and after, in words: "Nothing" where there was none, empty where that side is not told."""

    name: str
    before: str
    after: str


def people(row: AuditRow) -> Iterator[str]:
    """Whom the words of an entry may name."""
    yield from (row.who, row.person)
    yield from _addresses([row.before, row.after])


def _addresses(value: Any) -> Iterator[str]:
    if isinstance(value, (list, Mapping)):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from _addresses(each)
    elif _is_address(str(value)):
        yield str(value)


def _is_address(text: str) -> bool:
    return "@" in text and " " not in text


def doer(row: AuditRow) -> str:
    """Who did it."""
    return {
        GUEST: f"{row.who} (by a link to one task)",
        ENGINE: "Pathways",
        OPERATOR: f"{row.who or 'Somebody'} (on the server)",
        UNKNOWN: "Somebody who was not signed in",
    }.get(row.who_kind) or person(row.who)


def whence(row: AuditRow) -> str:
    """From where."""
    return ", ".join(filter(None, (CHANNELS.get(row.channel, row.channel), row.address)))


def thing(row: AuditRow) -> str:
    """What it was about, beside its case and school."""
    subject = _asked(row.subject) if row.kind == "access.refused" else row.subject
    return ", ".join(dict.fromkeys(filter(None, (subject, person(row.person) if row.person else ""))))


def _asked(subject: str) -> str:
    """What somebody asked of the server ("GET /cases/1"), in words."""
    method, _, address = subject.partition(" ")
    return (
        f"{'To see' if method in ('GET', 'HEAD') else 'To change something at'} the page {address}"
        if address
        else subject
    )


def sides(row: AuditRow) -> list[Side]:
    """All values of an entry, each before and after."""
    before, after = _flat(row.before), _flat(row.after)
    names = dict.fromkeys([*before, *after])
    return [Side(_label(each), _side(each, before), _side(each, after)) for each in names]


def _flat(values: Mapping[str, Any]) -> dict[str, Any]:
    """Answers beside the other values."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        inner = isinstance(value, dict) and name in ("answers", "given")
        found.update(value if inner else {name: value})
    return found


def _label(name: str) -> str:
    return name.replace("_", " ").replace("-", " ").capitalize()


def _side(name: str, values: Mapping[str, Any]) -> str:
    return in_words(values.get(name), name) if values else ""


def in_words(value: Any, name: str = "") -> str:
    """A stored value in words: names of people and roles, days as GOV.UK writes them."""
    if isinstance(value, bool) or value is None:
        return {True: "Yes", False: "No", None: "Nothing"}[value]
    if isinstance(value, list):
        return "; ".join(in_words(each, name) for each in value) or "Nothing"
    if isinstance(value, Mapping):
        return _group(value)
    return _text(str(value), name)


def _group(value: Mapping[str, Any]) -> str:
    if "confidential" in value:
        return f"Confidential ({value['confidential'][:DIGEST]})"
    if value.keys() == {"long", "sha256"}:
        return f"{value['long']:,} characters ({value['sha256'][:DIGEST]})"
    if value.keys() == {"@type", "value"}:
        return in_words(value["value"])
    return ", ".join(f"{_label(name)}: {in_words(each, name)}" for name, each in value.items()) or "Nothing"


def _text(text: str, name: str) -> str:
    if name in ROLES:
        return ", ".join(role_names([text]))
    if _is_address(text):
        return person(text)
    return _moment(text) or text or "Nothing"


def _moment(text: str) -> str:
    """A day or moment that is stored as ISO text; empty for any other text."""
    if len(text) < len("2026-01-01") or text[4] != "-":
        return ""
    try:
        return day(date.fromisoformat(text)) if len(text) == len("2026-01-01") else hour(datetime.fromisoformat(text))
    except ValueError:
        return ""
