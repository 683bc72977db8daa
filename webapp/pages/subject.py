"""What is kept of a person, for whoever answers a request for it (subject access): found, looked through, and exported."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, make_response, render_template, request
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response

from engine.audit import About, Draft
from engine.queries.personal import APART, MOST, Kept, kept_of
from engine.store.tables import Person
from webapp.current import now, the_engine
from webapp.db import db
from webapp.evidence.checksums import digest, sums
from webapp.evidence.redaction import BLACK, words_of
from webapp.forms import confidential
from webapp.people import witness
from webapp.people.accounts import Account
from webapp.people.sessions import AccountSession

blueprint = Blueprint("subject", __name__)
#: The least letters of what is looked for: fewer stand in every row.
SHORTEST = 3
#: Rows of a kind that the page shows; the export has all.
SHOWN = 25
#: Said where words are to be blacked out and none of them is there.
NOTHING_BLACK = "Nothing would be blacked out: none of these words stands in what goes along"


@dataclass(frozen=True)
class Subject:
    """Who is looked for: as typed, and by which names: user name, address and name, where an account or the register has them."""

    typed: str = ""
    names: tuple[str, ...] = ()
    problem: str = ""


@dataclass
class Found:
    """What is kept of them, by kind; ``more`` are the kinds of which there is more."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    more: list[str] = field(default_factory=list)


@blueprint.get("/records/person")
def index() -> tuple[str, int]:
    """A search, and what was found by kinds, the first rows of each."""
    who = _asked(request.args)
    found = _found(who) if who.names else Found()
    if who.names:
        _note_confidential(found.rows)
        _tell("person.searched", who, {"found": {kind: len(rows) for kind, rows in found.rows.items()}})
    return _page(who, found), 400 if who.problem else 200


@dataclass(frozen=True)
class Taken:
    """What is to be taken along: the kinds, what is to be blacked out as typed, how often each word of it stands there, and what
    is wrong with it."""

    kinds: frozenset[str] | None = None
    """None: those that are ticked at first."""
    typed: str = ""
    times: Mapping[str, int] = field(default_factory=dict)
    problem: str = ""


def _page(who: Subject, found: Found, taken: Taken = Taken()) -> str:
    ticked = [kind for kind in found.rows if not kind.endswith(APART)] if taken.kinds is None else taken.kinds
    return render_template(
        "retention/person.html",
        who=who,
        found=found,
        people=_people(),
        shown=SHOWN,
        most=MOST,
        words=words,
        ticked=ticked,
        taken=taken,
    )


def _asked(given: Mapping[str, str]) -> Subject:
    """Whom the address or form names: the one chosen, else the one typed."""
    typed = (given.get("known", "") or given.get("who", "")).strip()
    if not typed:
        return Subject(problem="Select a person, or enter a name or an address" if "who" in given else "")
    if len(typed) < SHORTEST:
        return Subject(typed, problem=f"Enter at least {SHORTEST} letters")
    return Subject(typed, tuple(dict.fromkeys([typed, *_also(typed)])))


def _also(typed: str) -> Iterable[str]:
    """The other names of whoever has this user name or address."""
    session, low = db.session(), typed.lower()
    account = select(Account.username, Account.name).where(
        Account.authority == current_user.authority, Account.username == low
    )
    person = select(Person.username, Person.email, Person.name).where((Person.username == low) | (Person.email == low))
    for row in [*session.execute(account), *session.execute(person)]:
        yield from (each for each in row if each)


def _people() -> list[tuple[str, str]]:
    """Those with an account, and those of the register: user name and name."""
    session = db.session()
    accounts = select(Account.username, Account.name).where(Account.authority == current_user.authority)
    known = {row.username: row.name for row in session.execute(select(Person.username, Person.name))}
    known |= {row.username: row.name for row in session.execute(accounts)}
    return sorted(((each, f"{name}, {each}") for each, name in known.items()), key=lambda row: row[1].casefold())


def _found(who: Subject) -> Found:
    kept: Kept = kept_of(db.session(), who.names)
    own = _accounts(who.names)
    return Found({**({"Account": own} if own else {}), **kept.rows}, kept.more)


def _accounts(names: Iterable[str]) -> list[dict[str, Any]]:
    """Their account: all but what lets somebody in."""
    session, low = db.session(), [each.lower() for each in names]
    mine = select(Account).where(Account.authority == current_user.authority, Account.username.in_(low))
    return [
        {
            "username": row.username,
            "name": row.name,
            "roles": row.grants,
            "closed": row.closed,
            "until": row.until.isoformat() if row.until else "",
            "last seen": row.seen.isoformat() if row.seen else "",
            "has an app for codes": row.totp is not None,
            "has a calendar address": row.feed is not None,
            "signed in with browsers since": [each.isoformat() for each in _sessions(row.id)],
        }
        for row in session.scalars(mine)
    ]


def _sessions(account_id: int) -> Iterable[Any]:
    return db.session().scalars(select(AccountSession.began).where(AccountSession.account_id == account_id))


@blueprint.post("/records/person/export")
def export() -> Response | tuple[str, int]:
    """What was found as a zip: JSON, a page that can be read, and checksums; without the kinds and words that are left out. The
    page instead, with how often each word stands there, where that is asked, or where none does."""
    who = _asked(request.form)
    if not who.names:
        return _page(who, Found()), 400
    found = _found(who)
    kinds = [kind for kind in found.rows if kind in request.form.getlist("kind")]
    taken = _taken(found, kinds, request.form.get("black", ""))
    if taken.problem or "count" in request.form:
        return _page(who, found, taken), 400 if taken.problem else 200
    rows = {kind: blacked(found.rows[kind], tuple(taken.times)) for kind in kinds}
    content = _zip(who, rows, len(found.rows) - len(kinds), tuple(taken.times.values()))
    kept, times = {kind: len(each) for kind, each in rows.items()}, sum(taken.times.values())
    told = {"kinds": kept, "words": len(taken.times), "blacked out": times, "sha256": digest(content)}
    _note_confidential(rows)
    _tell("person.exported", who, told)
    answer = make_response(content)
    answer.headers["Content-Type"] = "application/zip"
    answer.headers["Content-Disposition"] = f'attachment; filename="person-{now():%Y-%m-%d}.zip"'
    return answer


def _taken(found: Found, kinds: list[str], typed: str) -> Taken:
    """What is to be taken along, with how often each word that is to be blacked out stands there."""
    times = {word: sum(_times(found.rows[kind], word) for kind in kinds) for word in words_of(typed)}
    wrong = "" if any(times.values()) or not typed.strip() else NOTHING_BLACK
    return Taken(frozenset(kinds), typed, times, wrong)


def blacked(value: Any, black: tuple[str, ...]) -> Any:
    """A value in which words are blacked out, in whatever letters they stand."""
    if not black:
        return value
    if isinstance(value, dict):
        return {name: blacked(each, black) for name, each in value.items()}
    if isinstance(value, list):
        return [blacked(each, black) for each in value]
    if not isinstance(value, str):
        return value
    longest = sorted(black, key=len, reverse=True)
    return re.sub("|".join(re.escape(each) for each in longest), BLACK, value, flags=re.IGNORECASE)


def _times(value: Any, word: str) -> int:
    """How often a word stands in a value, in whatever letters."""
    if isinstance(value, dict):
        return sum(_times(each, word) for each in value.values())
    if isinstance(value, list):
        return sum(_times(each, word) for each in value)
    return len(re.findall(re.escape(word), value, re.IGNORECASE)) if isinstance(value, str) else 0


def _zip(who: Subject, rows: Mapping[str, Any], left_out: int, times: tuple[int, ...]) -> bytes:
    """``times``: how often each word that is blacked out stood there; which words, it does not say."""
    black = {"words": len(times), "found": sum(map(bool, times)), "times": sum(times)}
    head = {"about": list(who.names), "made": now().isoformat(), "by": current_user.authority}
    said = {**head, "kinds left out": left_out, "words blacked out": black, "kept": rows}
    page = render_template(
        "retention/exported.html", who=who, rows=rows, made=now(), words=words, left_out=left_out, black=black
    )
    files = {"person.json": json.dumps(said, indent=2, ensure_ascii=False).encode(), "person.html": page.encode()}
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, content in {**files, "SHA256SUMS": sums(files)}.items():
            pack.writestr(name, content)
    return made.getvalue()


def words(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A row as pairs of a name and what it says."""
    return [(name.replace("_", " "), _text(value)) for name, value in row.items()]


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_text(each)}" for name, each in value.items())
    return ", ".join(map(_text, value)) if isinstance(value, list) else str(value)


def _note_confidential(rows: Mapping[str, Iterable[Mapping[str, Any]]]) -> None:
    """That somebody sees what a form keeps to certain roles is in the trail of each case, as on every other page."""
    shown: dict[int, set[str]] = {}
    for end in ("", *APART):
        for row in rows.get(f"Cases{end}", ()):
            shown.setdefault(row["id"], set()).update(row.get("variables", ()))
        for row in rows.get(f"Tasks and answers{end}", ()):
            shown.setdefault(row["instance_id"], set()).update(row.get("values", ()))
    for case, keys in shown.items():
        witness.note(keys & confidential.kept_of_case(case), case)


def _tell(kind: str, who: Subject, said: Mapping[str, Any]) -> None:
    """That somebody looked, for whom, and what they took along, is in the audit trail."""
    entry = Draft(current_user.authority, kind, About(person=who.typed), after=said)
    the_engine().audit.note([entry], current_user.scope)
