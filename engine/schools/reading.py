"""Files of the register, read: one of schools (ours or the national extract), the links between them, or both.

A reading is kept as JSON while a person looks at what it would do, so it holds what concerns the authority only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import RegisterUnreadable
from engine.schools import gias, links, register, successions
from engine.schools.gias import Extract, Line
from engine.schools.links import Link, Links
from engine.schools.register import Imported
from engine.store.tables import School


@dataclass
class Reading:
    """What files say: ``rows`` are those of a file of ours; each part is None where no such file was brought."""

    rows: list[dict[str, Any]] | None = None
    extract: Extract | None = None
    links: Links | None = None


def read(files: Iterable[bytes], la_code: Callable[[], str]) -> Reading:
    """What the files say; ``la_code`` gives the authority's number in the national extract. Raises RegisterUnreadable,
    and what ``la_code`` raises."""
    found = Reading()
    for data in files:
        if links.is_links(data):
            _once(found.links)
            found.links = links.read(data)
        elif gias.is_extract(data):
            _once(found.rows, found.extract)
            found.extract = gias.read(data, la_code())
        else:
            _once(found.rows, found.extract)
            found.rows = register.read(data)
    return found


def _once(*known: object) -> None:
    if any(each is not None for each in known):
        raise RegisterUnreadable(
            line=1, reason="there are two files of the same kind; bring one file of schools and one of links"
        )


def take(session: Session, authority: str, reading: Reading, now: datetime) -> Imported:
    """Bring the register up to date by what was read; the caller commits. Sends nothing while it looks, so that a session that
    is not to write may ask what it would do."""
    with session.no_autoflush:
        done = Imported()
        if reading.extract is not None:
            done = register.store_extract(session, authority, reading.extract, now)
        elif reading.rows is not None:
            done = register.store(session, authority, reading.rows, now)
        return _linked(session, authority, reading, done, now) if reading.links is not None else done


def _linked(session: Session, authority: str, reading: Reading, done: Imported, now: datetime) -> Imported:
    assert reading.links is not None
    names = _names(session, authority) | {each.urn: each.name for each in done.new}
    pairs = [link for link in reading.links.pairs if link.old in names or link.new in names]
    ends = {urn for link in pairs for urn in (link.old, link.new)} - set(names)
    others = successions.elsewhere(session, authority, ends)
    others |= ends & set(reading.extract.elsewhere) if reading.extract is not None else set()
    linked = successions.note(session, authority, pairs, names, others, now)
    return replace(done, linked=linked, unreadable=(*done.unreadable, *reading.links.unreadable))


def _names(session: Session, authority: str) -> dict[str, str]:
    chosen = select(School.urn, School.name).where(School.authority == authority)
    return {urn: name for urn, name in session.execute(chosen)}


def narrowed(session: Session, authority: str, reading: Reading) -> Reading:
    """The reading without what is of no concern to the authority: the national files have all of England in them."""
    ours = {*_names(session, authority), *_named(reading)}
    linked, extract = reading.links, reading.extract
    if linked is not None:
        linked = replace(linked, pairs=[link for link in linked.pairs if link.old in ours or link.new in ours])
        ours |= {urn for link in linked.pairs for urn in (link.old, link.new)}
    if extract is not None:
        extract = replace(extract, elsewhere={urn: line for urn, line in extract.elsewhere.items() if urn in ours})
    return Reading(reading.rows, extract, linked)


def _named(reading: Reading) -> set[str]:
    """The URNs of the schools that a file gives."""
    given = reading.extract.schools if reading.extract is not None else reading.rows
    return {each["urn"] for each in given or ()}


# -- as JSON --------------------------------------------------------------------------------------------------------


def as_json(reading: Reading) -> dict[str, Any]:
    """A reading as JSON."""
    found = asdict(reading)
    if reading.extract is not None:
        found["extract"]["converted"] = sorted(reading.extract.converted)
    return found


def from_json(stored: Mapping[str, Any]) -> Reading:
    """The reading that :func:`as_json` stored."""
    extract, linked = stored["extract"], stored["links"]
    return Reading(
        stored["rows"],
        _extract(extract) if extract is not None else None,
        Links([Link(**each) for each in linked["pairs"]], _lines(linked["unreadable"])) if linked is not None else None,
    )


def _extract(stored: Mapping[str, Any]) -> Extract:
    lists = {name: _lines(stored[name]) for name in ("closed", "passed_over", "unreadable")}
    elsewhere = {urn: Line(**line) for urn, line in stored["elsewhere"].items()}
    return Extract(
        stored["schools"], converted=set(stored["converted"]), elsewhere=elsewhere, others=stored["others"], **lists
    )


def _lines(stored: Iterable[Mapping[str, Any]]) -> list[Line]:
    return [Line(**each) for each in stored]
