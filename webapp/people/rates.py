"""How often an account may ask in a while for what costs much or can be abused: mails to others, files, checks, searches.

They are counted as wrong passwords are (:mod:`webapp.people.throttle`), by account and over all servers, each before it is done.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from flask import Flask, current_app, make_response, request
from flask_login import current_user
from werkzeug.wrappers import Response

from engine.errors import SettingWrong
from webapp import errors
from webapp.current import the_engine, wall
from webapp.dates import ZONE
from webapp.people import throttle
from webapp.people.accounts import ANYBODY
from webapp.people.throttle import Counted

MAILS, FILES, CHECKS, SEARCHES = "mails", "files", "checks", "searches"
#: How often each may be asked for in a window, unless PATHWAYS_RATES says otherwise: many times what somebody at work needs.
MOST: Mapping[str, int] = {MAILS: 100, FILES: 150, CHECKS: 1_500, SEARCHES: 1_000}
#: What they are called on the page.
CALLED = {MAILS: "mails to others", FILES: "files and packs", CHECKS: "checks and deployments", SEARCHES: "searches"}
#: What each route is counted as: all that make a file, and what is sent to the others.
MADE = (
    "audit.listed case_list.listed chronology.case_printed chronology.school_printed proof.policy_file proof.clause_file "
    "reports.file rehearsals.download"
)
SENT = {
    MAILS: "links.make accounts.link accounts.add tasks.remind",
    FILES: "chronology.case_hand_over chronology.school_hand_over",
    CHECKS: (
        "definitions.check definitions.deploy documents.check documents.deploy documents.preview rehearsals.upload "
        "rehearsals.year replays.file imports.upload comparisons.file"
    ),
}


def register(app: Flask) -> None:
    """Count before anything is done; whoever may not come there at all is refused before. Raises SettingWrong."""
    app.extensions["rates"] = read(app.config["RATES"])
    app.before_request(_counted)


def read(given: str) -> dict[str, int]:
    """What a setting such as ``searches=500, files=50`` says, over what holds without it. Raises SettingWrong."""
    found = dict(MOST)
    for part in filter(None, (each.strip() for each in given.split(","))):
        name, _, number = (each.strip() for each in part.partition("="))
        if name not in MOST or not number.isdecimal() or not int(number):
            raise SettingWrong(reason=f'PATHWAYS_RATES has "{part}", and should be such as searches=500, files=50')
        found[name] = int(number)
    return found


def _counted() -> Response | None:
    kind = _kind()
    if not kind or not current_user.is_authenticated:
        return None
    counted = Counted(
        f"rate {kind} {current_user.authority} {current_user.username}", current_app.extensions["rates"][kind]
    )
    with the_engine().transactions.writing(ANYBODY, wakes=False) as session:
        if throttle.allow(session, [counted], wall()):
            return None
        ends = throttle.ends(session, counted)
    return _refused(kind, ends)


def _kind() -> str:
    """What the request is counted as; empty for what is not."""
    endpoint = request.endpoint or ""
    if request.method == "POST":
        return next((kind for kind, named in SENT.items() if endpoint in named.split()), "")
    if endpoint in MADE.split():
        return FILES
    return SEARCHES if request.args.get("search", "").strip() else ""


def _refused(kind: str, ends: datetime) -> Response:
    """The page that says when to come back."""
    at = f"{ends.astimezone(ZONE):%-I:%M%p}".lower()
    text = f"You have asked for very many {CALLED[kind]} in a short time. Nothing was changed. Come back at {at}."
    answer = make_response(errors.page(429, text))
    answer.headers["Retry-After"] = str(max(1, int((ends - wall()).total_seconds()) + 1))
    return answer
