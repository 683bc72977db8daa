"""The register of people as an administrator looks at it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from engine.errors import HoldingNotFound
from engine.queries.common import PER_PAGE, AnyRow, AnySelect, Page, count, page_of
from engine.store.sought import mentions
from engine.store.tables import Holding, Person, School


@dataclass(frozen=True)
class PeopleFilters:
    """What the list of people is narrowed to; every empty field leaves all through."""

    text: str = ""
    """Part of the name, the e-mail address, the username, or of the school's, diocese's or trust's name; or a URN."""
    no_address: bool = False
    unlike: Select[Any] | None = None
    """Only those whose username this SELECT does not give: the usernames of accounts."""
    ended_before: date | None = None
    """Leave out what ended before this day."""


@dataclass(frozen=True)
class HoldingRow:
    """A role that somebody holds for a school, or for a diocese's or trust's schools, from the first day to the last."""

    id: int
    username: str
    name: str
    email: str
    role: str
    urn: str
    school_name: str
    diocese: str
    trust: str
    excluded: bool
    since: date
    until: date | None

    @property
    def what(self) -> str:
        """What it is held for, in words."""
        return self.school_name or self.urn or self.diocese or self.trust


@dataclass(frozen=True)
class LackingRow:
    """An open school, and the roles that nobody holds for it."""

    urn: str
    name: str
    roles: tuple[str, ...]


def people(
    session: Session, filters: PeopleFilters | None = None, page: int = 1, per_page: int = PER_PAGE
) -> Page[HoldingRow]:
    """Who holds which role for what, by name."""
    chosen = _filtered(_selected(), filters or PeopleFilters())
    ordered = chosen.order_by(Person.name, Person.id, Holding.role, School.name, Holding.id)
    rows = session.execute(ordered.limit(per_page + 1).offset((page - 1) * per_page)).all()
    return page_of([_row(row) for row in rows], page, per_page, count(session, chosen))


def number_of_people(session: Session, filters: PeopleFilters) -> int:
    """How many people the list has, each once."""
    chosen = _filtered(_selected(), filters).with_only_columns(func.count(Person.id.distinct()))
    return session.scalar(chosen) or 0


def people_of_school(session: Session, urn: str, day: date) -> list[HoldingRow]:
    """Who holds which role for this very school on a day, by role and name; not who holds it for a diocese or a trust."""
    there = Holding.since <= day, or_(Holding.until.is_(None), Holding.until >= day)
    mine = _selected().where(Holding.urn == urn, Holding.excluded.is_(False), *there)
    return [_row(row) for row in session.execute(mine.order_by(Holding.role, Person.name, Holding.id))]


def holding(session: Session, holding_id: int) -> HoldingRow:
    """One entry of the register. Raises HoldingNotFound."""
    found = session.execute(_selected().where(Holding.id == holding_id)).one_or_none()
    if found is None:
        raise HoldingNotFound(holding=holding_id)
    return _row(found)


def lacking(session: Session, roles: Collection[str], day: date) -> list[LackingRow]:
    """The open schools for which nobody holds one of these roles on a day, by name. Roles held for dioceses or trusts do not
    count."""
    held = select(Holding.urn, Holding.role).where(
        Holding.role.in_(roles),
        Holding.excluded.is_(False),
        Holding.since <= day,
        or_(Holding.until.is_(None), Holding.until >= day),
    )
    there = {(urn, role) for urn, role in session.execute(held)}
    schools = session.execute(select(School.urn, School.name).where(School.closed.is_(False)).order_by(School.name))
    rows = [LackingRow(urn, name, tuple(r for r in roles if (urn, r) not in there)) for urn, name in schools]
    return [row for row in rows if row.roles]


def _selected() -> AnySelect:
    return (
        select(
            Holding.id,
            Person.username,
            Person.name,
            Person.email,
            Holding.role,
            Holding.urn,
            School.name.label("school_name"),
            Holding.diocese,
            Holding.trust,
            Holding.excluded,
            Holding.since,
            Holding.until,
        )
        .join(Person, Person.id == Holding.person_id)
        .join(School, (School.urn == Holding.urn) & (School.authority == Holding.authority), isouter=True)
    )


def _filtered(chosen: AnySelect, filters: PeopleFilters) -> AnySelect:
    if filters.text:
        names = (Person.name, School.name, Holding.diocese, Holding.trust)
        found = [mentions(column, filters.text) for column in names]
        found += [column.icontains(filters.text, autoescape=True) for column in (Person.email, Person.username)]
        chosen = chosen.where(or_(Holding.urn == filters.text, *found))
    if filters.no_address:
        chosen = chosen.where(Person.email == "")
    if filters.unlike is not None:
        chosen = chosen.where(Person.username.not_in(filters.unlike))
    if filters.ended_before is not None:
        chosen = chosen.where(or_(Holding.until.is_(None), Holding.until >= filters.ended_before))
    return chosen


def _row(row: AnyRow) -> HoldingRow:
    return HoldingRow(**{**row._mapping, "school_name": row.school_name or ""})
