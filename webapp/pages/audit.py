"""The audit trail, for whoever looks after information governance: a list, each entry, and files to go on with."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from flask import Blueprint, render_template, request
from flask_login import current_user
from werkzeug.wrappers import Response

from engine import queries
from engine.audit import About, Draft
from engine.audit.kinds import GROUPS, KINDS, SIGN_INS
from engine.queries import AuditFilters, AuditPage, AuditRow
from webapp.audit_words import doer, people, sides, thing, whence
from webapp.current import the_engine
from webapp.db import db
from webapp.exports import Sheet, exported
from webapp.people.accounts import usernames_like
from webapp.people.names import meet
from webapp.periods import Days

blueprint = Blueprint("audit", __name__)
#: Entries of a file at most: the newest of those that are looked for.
MOST = 20_000
#: Entries of which the names are looked up together.
AT_ONCE = 500
#: The columns of a file.
COLUMNS = (
    "Number",
    "When",
    "Who",
    "From where",
    "What",
    "About",
    "School",
    "Case",
    "Process",
    "Before",
    "After",
    "Why",
    "Hash",
)


@dataclass(frozen=True)
class Asked:
    """What the address asks for; ``filters`` is what of it is looked for, ``problem`` what of it cannot be read."""

    days: Days
    filters: AuditFilters
    words: Mapping[str, str]
    problem: str = ""

    @classmethod
    def here(cls) -> Asked:
        """As the request says."""
        days = Days.asked(request.args)
        words = {name: request.args.get(name, "").strip() for name in ("who", "about", "school", "case", "kind")}
        case, problem = _case(words["case"])
        filters = AuditFilters(
            who=_people(words["who"]),
            about=_people(words["about"]),
            school=words["school"],
            case=case,
            kinds=_kinds(words["kind"]),
            since=days.period.since,
            until=days.period.until,
        )
        return cls(days, filters, words, days.problem or problem)

    @property
    def said(self) -> dict[str, str]:
        """What is looked for, as the entry of this look says it."""
        days = {"since": self.days.since, "until": self.days.until}
        return {name: text for name, text in self.words.items() if text} | {
            name: day.isoformat() for name, day in days.items() if day
        }


def _case(text: str) -> tuple[int | None, str]:
    if not text:
        return None, ""
    known = text.isascii() and text.isdigit() and len(text) < 19
    return (int(text), "") if known else (0, "Enter the number of a case, such as 12")


def _people(text: str) -> tuple[str, ...]:
    """Whose entries: those of people whose name holds the text, and of whoever has it for a user name or address."""
    return tuple({*usernames_like(text, current_user.authority), text.lower()}) if text else ()


def _kinds(text: str) -> Collection[str]:
    """The kinds of a group, or one; all where it is neither."""
    return tuple(GROUPS[text]) if text in GROUPS else (text,) if text in KINDS else ()


@blueprint.get("/audit")
def index() -> tuple[str, int]:
    """The entries that are looked for, newest first."""
    asked = Asked.here()
    page = _page(asked.filters)
    _tell("audit.viewed", asked.said)
    shown = render_template(
        "audit/index.html",
        page=page,
        asked=asked,
        groups=GROUPS,
        kinds=KINDS,
        schools=queries.schools(db.session()),
    )
    return shown, 400 if asked.problem else 200


def _page(filters: AuditFilters) -> AuditPage:
    before, after = (_number(request.args.get(name, "")) for name in ("before", "after"))
    return queries.audit_page(db.session(), current_user.authority, filters, before, after)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


@blueprint.get("/audit/<int:entry_id>")
def entry(entry_id: int) -> str:
    """One entry, with all that it says."""
    row = queries.audit_entry(db.session(), current_user.authority, entry_id)
    _tell("audit.viewed", {"entry": entry_id})
    meet(people(row))
    return render_template("audit/entry.html", row=row, kinds=KINDS, sides=sides(row))


@blueprint.get("/audit/export.<ending>")
def listed(ending: str) -> Response:
    """The entries that are looked for as a file, the oldest first."""
    asked = Asked.here()
    rows = _met(iter(queries.audit_entries(db.session(), current_user.authority, asked.filters, MOST)))
    answer = exported(Sheet("audit-trail", "Audit trail", COLUMNS, map(_cells, rows)), ending)
    _tell("audit.exported", {**asked.said, "as": ending})
    return answer


def _met(rows: Iterator[AuditRow]) -> Iterator[AuditRow]:
    """The same, whom they name looked up many at once."""
    while some := list(islice(rows, AT_ONCE)):
        meet(who for row in some for who in people(row))
        yield from some


def _cells(row: AuditRow) -> list[Any]:
    before, after = (
        "; ".join(f"{each.name}: {getattr(each, side)}" for each in sides(row)) for side in ("before", "after")
    )
    return [
        row.seq,
        row.at.isoformat(timespec="seconds"),
        doer(row),
        whence(row),
        KINDS.get(row.kind, row.kind),
        thing(row),
        row.school_name or row.school_urn,
        row.instance_id,
        row.process_name,
        before if row.before else "",
        after if row.after else "",
        row.why,
        row.hash,
    ]


def _tell(kind: str, asked: Mapping[str, Any]) -> None:
    """To look at the trail is an entry itself."""
    the_engine().audit.note([Draft(current_user.authority, kind, About(), after=asked)], current_user.scope)


@blueprint.get("/accounts/sign-ins")
def sign_ins() -> str:
    """Who signed in to the authority, who was refused and who was signed out, for an administrator."""
    text = request.args.get("about", "").strip()
    page = _page(AuditFilters(about=_people(text), kinds=tuple(SIGN_INS)))
    _tell("audit.viewed", {"sign-ins": text})
    return render_template("accounts/sign_ins.html", page=page, kinds=SIGN_INS, about=text)


blueprint.add_app_template_filter(doer, "doer")
blueprint.add_app_template_filter(whence, "whence")
blueprint.add_app_template_filter(thing, "thing")
