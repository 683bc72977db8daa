"""The register of clauses: what the policy asks for, and which elements carry it; changed and made here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as Answer

from engine import queries
from engine.configuration import CLAUSES
from engine.configuration.problems import wrong_text
from engine.configuration.register import KINDS, Duty, Register, check_duty, read_register, write_register
from engine.services.configuration import Standing
from webapp.current import the_engine
from webapp.db import db
from webapp.pages.configuration import Proposed, Touched, check, lines_of

blueprint = Blueprint("register", __name__)
#: What each kind of duty is called.
KINDS_IN_WORDS = {
    "start": "When it begins",
    "step": "Something that is done",
    "decision": "A decision",
    "timer": "A time or a rhythm",
    "role": "Who takes part",
    "record": "What is recorded",
    "access": "Who may see it",
    "report": "What is reported",
    "rule": "A rule",
}


def _now() -> tuple[Standing, Register]:
    now = the_engine().configuration.standing(CLAUSES, current_user.scope)
    return now, read_register(now.content)[0] if now.content else Register()


@blueprint.get("/configuration/clauses")
def index() -> str:
    """All clauses, by the document that they stand in."""
    now, register = _now()
    found: dict[str, list[Duty]] = {title: [] for title in register.sources.values()}
    for duty in register.duties.values():
        found.setdefault(register.sources.get(register.source(duty.id), "Of no document"), []).append(duty)
    return render_template(
        "configuration/clauses.html", standing=now, documents=found, kinds=KINDS_IN_WORDS, sources=register.sources
    )


@blueprint.route("/configuration/clauses/change", methods=["GET", "POST"])
def change() -> str | tuple[str, int] | Answer:
    """Change a clause, or add one; then what that would do."""
    now, register = _now()
    ident = request.values.get("clause", "")
    if ident and ident not in register.duties:
        flash(f"There is no clause {ident} any more.", "problem")
        return redirect(url_for("register.index"))
    if request.method != "POST":
        return _form(register.duties.get(ident), {}, now)
    made = _typed(ident)
    problems = check_duty(made)
    if not ident and made.id in register.duties:
        problems = {"id": f"There is a clause {made.id} already: change that, or choose another id"}
    if problems:
        return _form(register.duties.get(ident), problems, now), 400
    return _checked(replace(register, duties={**register.duties, made.id: made}), made.id, now)


def _typed(ident: str) -> Duty:
    names = ("says", "at", "process", "kind")
    said = {name: request.form.get(name, "").replace("\r\n", "\n").strip() for name in names}
    return Duty(ident or request.form.get("id", "").strip(), **said)


def _form(known: Duty | None, problems: Mapping[str, str], now: Standing) -> str:
    stored: dict[str, Any] = vars(known) if known is not None else {}
    return render_template(
        "configuration/clause.html",
        known=known,
        given=request.values if "says" in request.values else stored,
        kinds=[("", "Not said"), *((each, KINDS_IN_WORDS[each]) for each in KINDS)],
        processes=[("", "None"), *((row.key, row.name) for row in queries.definitions(db.session()))],
        problems=problems,
        standing=now,
    )


@blueprint.post("/configuration/clauses/remove")
def remove() -> str | tuple[str, int] | Answer:
    """Take a clause out: what that would do."""
    now, register = _now()
    ident = request.form.get("clause", "")
    if ident not in register.duties:
        abort(404)
    left = {each: duty for each, duty in register.duties.items() if each != ident}
    return _checked(replace(register, duties=left), ident, now)


@blueprint.post("/configuration/clauses/documents")
def document() -> str | tuple[str, int] | Answer:
    """Name a document of the policy, by what the ids of its clauses begin with; an empty title takes it out."""
    now, register = _now()
    key, title = request.form.get("key", "").strip(), request.form.get("title", "").strip()
    if not key or not key[0].isalpha() or len(key) > 40 or wrong_text(title, 200):
        flash(
            "Enter what the ids of its clauses begin with, such as BAR-QA, and a title of 200 characters or fewer.",
            "problem",
        )
        return redirect(url_for("register.index"))
    sources = {each: said for each, said in {**register.sources, key: title}.items() if said}
    content = write_register(replace(register, sources=sources))
    lines = tuple(f"Clause {each}" for each in register.duties if each.startswith(key))
    return check(
        Proposed(CLAUSES, content, now.version, url_for("register.index"), Touched("Clauses of this document", lines))
    )


def _checked(register: Register, ident: str, now: Standing) -> str | tuple[str, int]:
    names = ("id", "says", "at", "process", "kind")
    typed: dict[str, Any] = {each: request.form[each] for each in names if each in request.form}
    back = url_for("register.change", clause=request.form.get("clause") or None, **typed)
    lines = tuple(lines_of(the_engine().configuration.named(ident, current_user.scope)))
    touched = Touched(f"What carries {ident}", lines or ("Nothing carries it yet.",))
    return check(Proposed(CLAUSES, write_register(register), now.version, back, touched))
