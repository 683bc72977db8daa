"""People outside the authority who come by a link to one task: the link signs what they may do, and they have no account."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from flask import current_app, render_template, request
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from engine import Scope
from engine.errors import LinkEnded, LinkNotFound
from engine.people.authorities import Authority
from webapp.current import known_scope, the_engine

#: How long a link can be opened, in days.
DAYS = 30
#: Begins the id of a guest in a session cookie; an account's is a number.
PREFIX = "link:"
#: What the signature is for: text signed for anything else opens no task.
PURPOSE = "one task by e-mail"
#: The same of a browser's cookie, and how long a browser in which the code was entered opens the link without, in seconds.
CONFIRMATION, CONFIRMED = "the code of a link was entered here", 7 * 86_400


@dataclass(frozen=True)
class Invitation:
    """What a link says: who may do which task, in which role of which authority."""

    task: int
    authority: str
    role: str
    email: str
    link: int

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
    link: int

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
            lambda: the_engine().people.guest_scope(self.authority, self.role, self.username, self.task, self.link),
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
    """Whoever a link is for; None when it is too old or was tampered with. It may have ended since it was made."""
    try:
        said: dict[str, Any] = _signer().loads(token, max_age=DAYS * 86400)
    except BadData:
        return None
    if "link" not in said:  # made before links were kept
        return None
    return Guest(token, said["task"], said["authority"], said["role"], said["email"], said["link"])


def _live(person: Guest | None) -> Guest | None:
    if person is None:
        return None
    try:
        the_engine().links.check_live(person.link)
    except (LinkEnded, LinkNotFound):
        return None
    return person


def ended(link: int, typed: Sequence[str] = ()) -> str:
    """The page that says that a link has ended, and why; with what was typed into it."""
    return render_template("links/ended.html", tried=the_engine().links.is_tried_out(link), typed=typed)


def by_id(ident: str) -> Guest | None:
    """The guest whom a session cookie names; None for an account's id, and when the link or its task has ended."""
    return _live(guest(ident.removeprefix(PREFIX))) if ident.startswith(PREFIX) else None


def allowed(person: Guest, endpoint: str, arguments: dict[str, Any]) -> bool:
    """Whether a guest may come to a route: their task's, what they added themselves (the route asks which), and the way out."""
    if endpoint in ("tasks.task", "tasks.complete", "files.of_task"):
        return bool(arguments.get("task_id") == person.task)
    return endpoint in ("files.remove", "links.done", "auth.sign_out")


def asker(person: Guest) -> str:
    """By what a browser is known that asks for a code: it is a code of this browser alone. Made where it has none."""
    return request.cookies.get(f"{_cookie(person)}-asked", "")[:64] or secrets.token_urlsafe(24)


def know_again(response: Response, person: Guest, known: str) -> None:
    """Let the browser that asked for a code be known again when it is entered."""
    response.set_cookie(f"{_cookie(person)}-asked", known, max_age=CONFIRMED, **_flags())


def confirmed(person: Guest) -> bool:
    """Whether the link's code was entered in this browser within :data:`CONFIRMED`, and nobody signed out since."""
    try:
        return bool(_confirmations().loads(request.cookies.get(_cookie(person), ""), max_age=CONFIRMED) == person.link)
    except BadData:
        return False


def remember(response: Response, person: Guest) -> None:
    """Let this browser open the link again without another code."""
    said = str(_confirmations().dumps(person.link))
    response.set_cookie(_cookie(person), said, max_age=CONFIRMED, **_flags())


def forget(response: Response, person: Guest) -> None:
    """Ask for a code again when the link is opened here: whoever signs out may leave the browser to others."""
    response.delete_cookie(_cookie(person), **_flags())


def _cookie(person: Guest) -> str:
    return f"link-{person.link}"


def _flags() -> dict[str, Any]:
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    return {"path": "/link", "httponly": True, "secure": secure, "samesite": "Lax"}


def _confirmations() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=CONFIRMATION)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=PURPOSE)
