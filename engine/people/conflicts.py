"""Who is barred from which case, for whoever tells people of cases: the session hook hides a case from them, mail asks here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.people.authorities import Authority
from engine.people.directory import Member, People
from engine.store.tables import CaseBar, Person


def barred(session: Session, cases: Collection[int]) -> Mapping[int, frozenset[str]]:
    """By case, the usernames and e-mail addresses of those who are barred from it. ``session`` sees the whole authority."""
    chosen = select(CaseBar.instance_id, CaseBar.username, CaseBar.email).where(
        CaseBar.instance_id.in_(list(cases)), CaseBar.lifted.is_(None)
    )
    found: dict[int, frozenset[str]] = {}
    for case, *names in session.execute(chosen):
        found[case] = found.get(case, frozenset()) | ({*names} - {""})
    return found


def is_barred(names: Collection[str], member: Member) -> bool:
    """Whether somebody is one of these, by username or by e-mail address."""
    return member.is_among(names)


def unread_by(people: People, roles: Iterable[str], names: Collection[str]) -> list[str]:
    """Those of these roles that none of the people with these names holds: a role's mailbox is read by all of it."""
    theirs = {role for name in names if name in people.members for role in people.members[name].roles}
    return [role for role in roles if role not in theirs]


def find(people: People, named: str, urn: str | None) -> list[Member] | None:
    """Whom a text names: all who hold a role for a school, or one person by username or e-mail address; None for nobody.

    A role that nobody holds names no person, and is no mistake. Where no accounts are known, a text is taken for a username.
    """
    if named in people.home.roles:
        return list(people.holders([named], urn).values())
    text = named.strip().lower()
    known = [each for each in people.members.values() if text in (each.username, each.email.lower())]
    known = known or _of_register(people.session, people.home, text)
    return known or (None if people.members or not text else [Member(text, text)])


def _of_register(session: Session, home: Authority, text: str) -> list[Member]:
    chosen = select(Person).where(Person.authority == home.id, (Person.username == text) | (Person.email == text))
    return [Member(each.username, each.name, each.email) for each in session.scalars(chosen)]
