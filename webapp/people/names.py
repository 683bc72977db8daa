"""What the pages call people and roles: never by a user name where there is an account, never by the id of a role."""

from __future__ import annotations

from collections.abc import Iterable

from flask import g
from flask_login import current_user
from sqlalchemy import select

from engine.store.tables import Person
from engine.store.tenancy import acting
from webapp.db import db
from webapp.people.accounts import ANYBODY, called

#: Who is nobody's account, and yet does things.
MACHINES = {
    "import": "the import of earlier cases",
    "sample": "the sample data",
    "command line": "the command line",
}


def role_names(roles: Iterable[str]) -> list[str]:
    """Roles as this person's authority calls them."""
    home = current_user.home
    return [home.roles[role].name if home and role in home.roles else role for role in roles]


def contacts() -> set[str]:
    """The ids of the roles outside this person's authority."""
    home = current_user.home
    return {role.id for role in home.roles.values() if role.kind == "contact"} if home else set()


def roles_in_words(roles: Iterable[str]) -> str:
    """Whom something is for: "Headteacher or Chair of governors"; empty for no role."""
    return " or ".join(role_names(roles))


def person(username: str | None) -> str:
    """The name of a person's account, what a machine does, the name in the register of people; else the user name itself
    (somebody who came by a link)."""
    known = MACHINES.get(username or "", "") or called(username)
    return known if known != username else _registered().get(known.lower(), known)


def _registered() -> dict[str, str]:
    """Whom the register of people of this person's authority has, by username and by e-mail address; looked up once a request."""
    if "registered" not in g:
        chosen = select(Person.username, Person.email, Person.name).where(
            Person.authority == getattr(current_user, "authority", "")
        )
        with acting(db.session(), ANYBODY):
            found = db.session.execute(chosen).all()
        g.registered = {known.lower(): name for *ways, name in found for known in ways if known}
    names: dict[str, str] = g.registered
    return names


def anybody(who: str) -> str:
    """User names or ids of roles, joined by " or ", as people call them: what an error of the engine names."""
    return " or ".join(_either(each) for each in who.split(" or "))


def _either(who: str) -> str:
    known = current_user.home.roles if current_user.is_authenticated and current_user.home else {}
    return known[who].name if who in known else person(who)
