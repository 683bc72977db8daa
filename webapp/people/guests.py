"""People outside the authority who come by a link to one task: the link signs what they may do, and they have no account."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer

from engine import Scope
from engine.people.authorities import Authority
from webapp.current import known_scope, the_engine

#: How long a link can be opened, in days.
DAYS = 30
#: Begins the id of a guest in a session cookie; an account's is a number.
PREFIX = "link:"
#: What the signature is for: text signed for anything else opens no task.
PURPOSE = "one task by e-mail"


@dataclass(frozen=True)
class Invitation:
    """What a link says: who may do which task, in which role of which authority."""

    task: int
    authority: str
    role: str
    email: str

    def token(self) -> str:
        """The link's signed text, which nobody can make or change without the application's secret key."""
        return str(_signer().dumps(asdict(self)))


@dataclass(frozen=True)
class Guest:
    """Whoever has opened a link: may do one task in one role. Flask-Login's user, as an account is."""

    token: str
    task: int
    authority: str
    role: str
    username: str

    is_authenticated = True
    is_active = True
    is_anonymous = False

    @property
    def name(self) -> str:
        """What the pages call this person."""
        return self.username

    def get_id(self) -> str:
        """The id that the session cookie carries."""
        return PREFIX + self.token

    @property
    def scope(self) -> Scope:
        """What this person may see and do."""
        return known_scope(
            self.get_id(),
            lambda: the_engine().people.guest_scope(self.authority, self.role, self.username, self.task),
        )

    @property
    def home(self) -> Authority | None:
        """The authority, as configured."""
        authorities: dict[str, Authority] = current_app.extensions["authorities"]
        return authorities.get(self.authority)

    def may(self, capability: str) -> bool:
        """Nothing beside the task."""
        return False


def guest(token: str) -> Guest | None:
    """Whoever may use this link; None when it has expired or was tampered with."""
    try:
        said: dict[str, Any] = _signer().loads(token, max_age=DAYS * 86400)
    except BadData:
        return None
    return Guest(token, said["task"], said["authority"], said["role"], said["email"])


def by_id(ident: str) -> Guest | None:
    """The guest whom a session cookie names; None for an account's id and when the link has expired."""
    return guest(ident.removeprefix(PREFIX)) if ident.startswith(PREFIX) else None


def allowed(person: Guest, endpoint: str, arguments: dict[str, Any]) -> bool:
    """Whether a guest may come to a route: their task's, and the way out."""
    if endpoint in ("tasks.task", "tasks.complete"):
        return bool(arguments.get("task_id") == person.task)
    return endpoint in ("links.done", "auth.sign_out")


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=PURPOSE)
