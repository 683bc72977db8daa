"""Reading the public links file of "Get information about schools" (GIAS): which school follows which.

Each line says of an establishment (URN) what another (LinkURN) is to it. A successor takes its place: a converter academy, the
school that several were merged into, each of those that one was split into. Both schools have a line, so a pair is
mostly there twice, once each way round. Other kinds of link (expansions, sixth form centres) say of nobody that they follow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from engine.errors import RegisterUnreadable
from engine.schools.gias import URN, Line
from engine.schools.lines import records

OTHER_URN, OTHER_NAME, KIND, SINCE = "LinkURN", "LinkName", "LinkType", "LinkEstablishedDate"
_NEEDED = (URN, OTHER_URN, KIND)
_DATES = ("%d-%m-%Y", "%d/%m/%Y", "%Y-%m-%d")
_LONGEST = 250


@dataclass(frozen=True)
class Link:
    """That ``new`` takes the place of ``old``: ``kind`` in the file's words, ``since`` as YYYY-MM-DD or nothing, and the name of
    the one of them that the line is not about."""

    number: int
    old: str
    new: str
    kind: str
    since: str
    other: str
    other_name: str


@dataclass
class Links:
    """What a links file says: each pair of schools once, by the first line that says it."""

    pairs: list[Link] = field(default_factory=list)
    unreadable: list[Line] = field(default_factory=list)


def is_links(data: bytes) -> bool:
    """Whether a file begins with the heading of the links file."""
    heading = next((cells for _, cells in records(data.partition(b"\n")[0]) if isinstance(cells, list)), [])
    return OTHER_URN in heading and KIND in heading


def read(data: bytes) -> Links:
    """What the links file says, for the whole of England. Raises RegisterUnreadable when a column is missing."""
    lines = records(data)
    _, heading = next(lines, (1, []))
    missing = [name for name in _NEEDED if name not in heading]
    if missing or not isinstance(heading, list):
        raise RegisterUnreadable(line=1, reason=f"there is no column {', '.join(missing)}")
    found, seen = Links(), set[tuple[str, str]]()
    for number, cells in lines:
        try:
            link = _link(number, _given(heading, cells))
        except ValueError as error:
            found.unreadable.append(Line(number, "", "", str(error)))
            continue
        if link is not None and (link.old, link.new) not in seen:
            seen.add((link.old, link.new))
            found.pairs.append(link)
    return found


def _given(heading: list[str], cells: list[str] | str) -> Mapping[str, str]:
    if isinstance(cells, str):
        raise ValueError(cells)
    if len(cells) != len(heading):
        raise ValueError(f"It has {len(cells)} cells, the heading has {len(heading)}.")
    return dict(zip(heading, cells, strict=True))


def _link(number: int, given: Mapping[str, str]) -> Link | None:
    """The pair that a line is about; None for a link of another kind."""
    kind, mine, other = " ".join(given[KIND].split()), given[URN], given[OTHER_URN]
    follows = kind.lower().startswith("successor")
    if not follows and not kind.lower().startswith("predecessor"):
        return None
    if not (_is_urn(mine) and _is_urn(other)):
        raise ValueError("Its URN or that of the link is not six digits.")
    if mine == other:
        raise ValueError("It links a school to itself.")
    old, new = (mine, other) if follows else (other, mine)
    name = "".join(each for each in given.get(OTHER_NAME, "") if each.isprintable())[:_LONGEST]
    return Link(number, old, new, kind[:_LONGEST], _day(given.get(SINCE, "")), other, name)


def _is_urn(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) == 6


def _day(text: str) -> str:
    """A date as YYYY-MM-DD; nothing for one that cannot be read, since it is only shown."""
    for form in _DATES:
        try:
            return datetime.strptime(text, form).date().isoformat()
        except ValueError:
            continue
    return ""
