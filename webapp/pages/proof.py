"""Proof of policy: for each clause, the cases in which it fell due, and whether that was kept; by policy and by school."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, render_template, request
from flask_login import current_user
from werkzeug.wrappers import Response

from engine import queries
from engine.queries import Page, ProofRow, SchoolRow, Tally
from engine.queries.common import page_of
from engine.queries.retention import deleted_cases
from webapp.current import now
from webapp.dates import ZONE
from webapp.db import db
from webapp.exports import Cell, Sheet, exported
from webapp.pages import clauses
from webapp.pages.clauses import Clause
from webapp.pages.numbers import page_asked
from webapp.people.names import meet, person, roles_in_words
from webapp.periods import Days, school_year
from webapp.words import about

blueprint = Blueprint("proof", __name__, url_prefix="/proof")
#: Rows on a page of one clause.
PER_PAGE = 50
#: What became of a clause in a case, in words, and the colour of its tag; each has its word, so colour says nothing alone.
OUTCOMES = {
    "on time": ("On time", "green"),
    "late": ("Late", "orange"),
    "not done": ("Not done", "red"),
    "waiting": ("Waits", "blue"),
    "done": ("Done, no date set", "grey"),
    "decided": ("Decided by the diagram", "grey"),
    "withdrawn": ("No longer needed", "grey"),
}
COLUMNS = (
    "Policy",
    "Where",
    "What it asks for",
    "Clause",
    "Outcome",
    "Days late",
    "School",
    "URN",
    "Case",
    "Process",
    "Version",
    "Step",
    "Asked on",
    "Due on",
    "Done on",
    "Done by",
    "For",
)


@dataclass(frozen=True)
class Narrowed:
    """The days and the school (None for all) that a proof is for."""

    days: Days
    school: SchoolRow | None

    @classmethod
    def asked(cls) -> Narrowed:
        """As the address says; the school year until today unless it names days. Raises SchoolNotFound."""
        urn = request.args.get("school", "")
        days = Days.asked(request.args, school_year(now().astimezone(ZONE).date()))
        return cls(days, queries.school(db.session(), urn) if urn else None)

    @property
    def urn(self) -> str:
        """The school's URN; empty for all schools."""
        return self.school.urn if self.school else ""

    @property
    def address(self) -> dict[str, str]:
        """Its part of an address."""
        first, last = self.days.since, self.days.until
        days = {"since": first.isoformat() if first else "", "until": last.isoformat() if last else ""}
        return {**days, "school": self.urn} if self.urn else days

    def tallies(self) -> dict[str, Tally]:
        """By clause, what became of it."""
        return dict(queries.proof_tallies(db.session(), now(), self.days.period, self.urn))

    def rows(self, wanted: Iterable[Clause]) -> list[ProofRow]:
        """Each time that one of these clauses fell due or was done."""
        ids = [clause.id for clause in wanted]
        return queries.proof_rows(db.session(), ids, now(), self.days.period, self.urn)


def _policies() -> dict[str, list[Clause]]:
    """The clauses of my authority's policies, by the policies' ids."""
    documents = clauses.of_authority(current_user.authority)
    return {rows[0].source or title: rows for title, rows in documents.items()}


def _policy(source: str) -> list[Clause]:
    return _policies().get(source) or abort(404)


def _page(template: str, narrowed: Narrowed, **more: Any) -> tuple[str, int]:
    shown = render_template(
        template,
        narrowed=narrowed,
        days=narrowed.days,
        schools=queries.schools(db.session()),
        outcomes=OUTCOMES,
        deleted=deleted_cases(db.session(), narrowed.days.period, school=narrowed.urn),
        **more,
    )
    return shown, 400 if narrowed.days.problem else 200


@blueprint.get("")
def index() -> tuple[str, int]:
    """The policies, each with how far it was followed."""
    narrowed = Narrowed.asked()
    found = narrowed.tallies()
    totals = {source: _total(found, rows) for source, rows in _policies().items()}
    return _page("proof/index.html", narrowed, policies=_policies(), totals=totals)


def _total(found: dict[str, Tally], rows: Sequence[Clause]) -> Tally:
    total = Tally()
    for clause in rows:
        tally = found.get(clause.id, Tally())
        total.days += tally.days
        for outcome, times in tally.counts.items():
            total.counts[outcome] += times
    return total


@blueprint.get("/policies/<source>")
def policy(source: str) -> tuple[str, int]:
    """One policy, clause by clause."""
    rows, narrowed = _policy(source), Narrowed.asked()
    found = narrowed.tallies()
    carried = queries.coverage(db.session())
    return _page(
        "proof/policy.html",
        narrowed,
        source=source,
        clauses=rows,
        carried=carried,
        tallies={clause.id: found.get(clause.id, Tally()) for clause in rows},
        total=_total(found, rows),
    )


@blueprint.get("/clauses/<clause>")
def one(clause: str) -> tuple[str, int]:
    """One clause: each case in which it fell due or was done."""
    found, narrowed = _clause(clause), Narrowed.asked()
    outcome = request.args.get("outcome", "")
    every = narrowed.rows([found])
    rows = [row for row in every if outcome in ("", row.outcome)]
    tally = Tally()
    for row in every:
        tally.add(row.outcome, row.late)
    return _page(
        "proof/clause.html",
        narrowed,
        clause=found,
        outcome=outcome,
        tally=tally,
        drawn=()
        if found.id in queries.counted_clauses(db.session())
        else queries.coverage(db.session()).get(found.id, ()),
        page=page_asked(lambda number: _page_of(rows, number)),
    )


def _page_of(rows: Sequence[ProofRow], number: int) -> Page[ProofRow]:
    first = (number - 1) * PER_PAGE
    return page_of(rows[first : first + PER_PAGE + 1], number, PER_PAGE, (len(rows), False))


def _clause(ident: str) -> Clause:
    found = clauses.named([ident])
    return found[0] if found and found[0].authority == current_user.authority else abort(404)


@blueprint.get("/policies/<source>/export.<ending>")
def policy_file(source: str, ending: str) -> Response:
    """All of a policy as a file: a row each time that a clause fell due or was done."""
    wanted = _policy(source)
    return _file(f"proof-{source.lower()}", wanted[0].document, wanted, ending)


@blueprint.get("/clauses/<clause>/export.<ending>")
def clause_file(clause: str, ending: str) -> Response:
    """The same of one clause."""
    found = _clause(clause)
    return _file(f"proof-{found.id.lower()}", f"{found.document}, {found.at}", [found], ending)


def _file(name: str, title: str, wanted: Sequence[Clause], ending: str) -> Response:
    known = {clause.id: clause for clause in wanted}
    found = list(Narrowed.asked().rows(wanted))
    meet(row.by for row in found)
    rows = (_cells(row, known[each]) for row in found for each in row.clauses if each in known)
    return exported(Sheet(name, title, COLUMNS, rows), ending)


def _cells(row: ProofRow, clause: Clause) -> list[Cell]:
    return [
        clause.document,
        clause.at,
        clause.says,
        clause.id,
        OUTCOMES[row.outcome][0],
        row.late or None,
        about(row),
        row.school_urn,
        row.case,
        row.process,
        row.version,
        row.name,
        row.asked,
        row.due,
        row.done,
        person(row.by) if row.by else "",
        roles_in_words(row.roles),
    ]
