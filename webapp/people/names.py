"""What the pages call people and roles: never by a user name where there is an account, never by the id of a role.

Names are looked up for those whom a page shows, and for nobody else. While a page is drawn a name is a mark; when it is drawn
all marks are looked up at once (:class:`Page`). Files and mails say first whom they are about to name (:func:`meet`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from flask import g, has_app_context
from flask_login import current_user
from jinja2 import Template
from markupsafe import escape
from sqlalchemy import literal, select, union_all

from engine.store.tables import Person
from engine.store.tenancy import acting
from webapp.db import db
from webapp.people.accounts import ANYBODY, Account

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
    if not username or username in MACHINES:
        return MACHINES.get(username or "", "")
    if "marked" in g and username not in _known():
        g.marked.append(username)
        return f"{_OPEN}{len(g.marked) - 1}{_CLOSE}"
    meet([username])
    return _known()[username]


def meet(usernames: Iterable[str | None]) -> None:
    """Look up all at once who is about to be named."""
    known = _known()
    wanted = {each for each in usernames if each} - known.keys() - MACHINES.keys()
    if wanted:
        found = _looked_up({each.lower() for each in wanted})
        known.update({each: found.get(each.lower(), each) for each in wanted})


def _known() -> dict[str, str]:
    """Who was looked up in this request."""
    if "names" not in g:
        g.names = {}
    names: dict[str, str] = g.names
    return names


def _looked_up(usernames: set[str]) -> dict[str, str]:
    """The names of people's accounts, in whichever authority; of others, whom the register of people of this person's authority
    has, by username and by e-mail address. All these are kept in small letters."""
    mine = Person.authority == getattr(current_user, "authority", "")
    ways = (
        select(Account.username, Account.name, literal(2)).where(Account.username.in_(usernames)),
        *(
            select(way, Person.name, literal(1)).where(mine, way.in_(usernames))
            for way in (Person.username, Person.email)
        ),
    )
    with acting(db.session(), ANYBODY):
        found = db.session.execute(union_all(*ways)).all()
    return {row[0]: row[1] for row in sorted(found, key=lambda row: int(row[2]))}


class Page(Template):
    """A template whose names of people are looked up when it is drawn."""

    def render(self, *args: Any, **kwargs: Any) -> str:
        """The page; what is drawn within another is part of that."""
        if not has_app_context() or "marked" in g:
            return super().render(*args, **kwargs)
        g.marked = []
        try:
            drawn = super().render(*args, **kwargs)
        finally:
            marked = g.pop("marked")
        return _told(drawn, marked)


#: What stands around the number of a name while a page is drawn: characters of Unicode's private use.
_OPEN, _CLOSE = "\ue000", "\ue001"
_MARK = re.compile(f"{_OPEN}(\\d{{1,6}}){_CLOSE}", re.ASCII)


def _told(drawn: str, marked: list[str]) -> str:
    """What is drawn with names in place of marks. What looks like a mark and is none, since somebody typed it, stays."""
    meet(marked)
    known = _known()
    names = [str(escape(known[each])) for each in marked]
    return _MARK.sub(lambda mark: names[int(mark[1])] if int(mark[1]) < len(names) else mark[0], drawn)


def anybody(who: str) -> str:
    """User names or ids of roles, joined by " or ", as people call them: what an error of the engine names."""
    return " or ".join(_either(each) for each in who.split(" or "))


def _either(who: str) -> str:
    known = current_user.home.roles if current_user.is_authenticated and current_user.home else {}
    return known[who].name if who in known else person(who)
