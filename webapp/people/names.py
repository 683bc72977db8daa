"""What the pages call people and roles: never by a user name where there is an account, never by the id of a role."""

from __future__ import annotations

from collections.abc import Iterable

from flask_login import current_user

from webapp.people.accounts import called

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
    """The name of a person's account, what a machine does; else the user name itself (somebody who came by a link)."""
    return MACHINES.get(username or "", "") or called(username)


def anybody(who: str) -> str:
    """User names or ids of roles, joined by " or ", as people call them: what an error of the engine names."""
    return " or ".join(_either(each) for each in who.split(" or "))


def _either(who: str) -> str:
    known = current_user.home.roles if current_user.is_authenticated and current_user.home else {}
    return known[who].name if who in known else person(who)
