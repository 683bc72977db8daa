"""Browsers in which somebody has signed in before: a signed cookie says so, and keeps strangers' wrong passwords apart
from their owner's (OWASP calls it a device cookie)."""

from __future__ import annotations

import secrets
from typing import Any

from flask import current_app, request
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from webapp.people.sessions import digest

#: How long a browser is known, in seconds: a year.
KNOWN = 365 * 86_400
#: For how many people one browser is known: the last few who signed in.
MOST = 8
#: What the signature is for.
PURPOSE = "a browser that was used before"


def known_for(username: str) -> str:
    """The id of this browser where somebody of this name has signed in with it; nothing elsewhere."""
    said = _said()
    return str(said["id"]) if _name(username) in said["names"] else ""


def remember(response: Response, username: str) -> None:
    """Let the browser say from now on that somebody of this name has signed in with it."""
    said = _said()
    names = [_name(username), *(each for each in said["names"] if each != _name(username))][:MOST]
    response.set_cookie(
        _cookie(),
        str(_signer().dumps({"id": said["id"] or secrets.token_urlsafe(12), "names": names})),
        max_age=KNOWN,
        httponly=True,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        samesite="Lax",
        path="/",
    )


def _said() -> dict[str, Any]:
    try:
        said: dict[str, Any] = _signer().loads(request.cookies.get(_cookie(), ""), max_age=KNOWN)
    except BadData:
        return {"id": "", "names": []}
    return said


def _name(username: str) -> str:
    return digest(username.strip().lower())[:16]


def _cookie() -> str:
    return "__Host-browser" if current_app.config["SESSION_COOKIE_SECURE"] else "browser"


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=PURPOSE)
