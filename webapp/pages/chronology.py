"""The whole story of a case, or of a school over years: as a page, as a PDF, and as an evidence pack to hand over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask_login import current_user
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from engine import MadePack, queries
from engine.queries import CaseRow, EventRow, Page, Period
from engine.store.sought import says
from webapp.current import now, the_engine
from webapp.db import db
from webapp.evidence import checksums, readers
from webapp.evidence.document import Heading, document
from webapp.evidence.drawings import drawings
from webapp.evidence.entries import Entry, entries, named
from webapp.evidence.pack import pack
from webapp.evidence.pdf import printed
from webapp.evidence.readers import Reader
from webapp.evidence.redaction import Choice, redacted, words_of
from webapp.evidence.words import GROUPS
from webapp.forms.reasons import reason
from webapp.pages import cases, own_part
from webapp.pages.numbers import page_asked
from webapp.periods import Days
from webapp.words import about

blueprint = Blueprint("chronology", __name__)
#: Entries on a page.
PER_PAGE = 100
#: Whose eyes a pack is for, beside the authority's roles.
MYSELF, OUTSIDE = "myself", "outside"


@dataclass(frozen=True)
class Filters:
    """What a story is narrowed to, as the address says it: groups of events, days, and a text."""

    groups: tuple[str, ...]
    days: Days
    text: str

    @classmethod
    def asked(cls, args: MultiDict[str, str]) -> Filters:
        """What the address asks for."""
        known = tuple(each for each in args.getlist("group") if each in GROUPS)
        return cls(known or tuple(GROUPS), Days.asked(args), args.get("search", "").strip())


@dataclass(frozen=True)
class Subject:
    """What a story is about: one case (``instance``) or a school (``school``, its URN), with its cases and events."""

    title: str
    cases: list[CaseRow]
    events: list[EventRow]
    instance: int | None = None
    school: str | None = None

    @property
    def place(self) -> dict[str, Any]:
        """Its part of an address."""
        return {"instance_id": self.instance} if self.school is None else {"urn": self.school}

    def address(self, page: str) -> str:
        """The address of one of its pages: story, printed or hand_over."""
        return url_for(f"chronology.{'case' if self.school is None else 'school'}_{page}", **self.place)

    @property
    def file(self) -> str:
        """What its files are called: no name of a school, which may have to be left out."""
        return f"case-{self.instance}" if self.school is None else f"school-{self.school}"

    def narrowed(self, groups: Sequence[str]) -> list[EventRow]:
        """The events of these groups that have a name."""
        kinds = {kind for group in groups for kind in queries.GROUPS[group]}
        return named(event for event in self.events if event.kind in kinds)


def _of_case(instance_id: int, period: Period) -> Subject:
    """Raises InstanceNotFound."""
    session = db.session()
    if current_user.may("officer"):
        queries.instance(session, instance_id)
    elif not cases.may_see(queries.instance_detail(session, instance_id)):
        abort(404)
    found = queries.case_rows(session, [instance_id])
    title = f"{about(found[0])}: case {instance_id}, {found[0].process_name}"
    events = own_part.met(queries.chronology(session, found, period), readers.myself(), found[0].school_urn)
    return Subject(title, found, events, instance=instance_id)


def _of_school(urn: str, period: Period) -> Subject:
    """Raises SchoolNotFound."""
    session = db.session()
    row = queries.school(session, urn)
    found, events = queries.school_chronology(session, urn, period)
    return Subject(f"{row.name} (URN {urn})", found, events, school=urn)


@blueprint.get("/cases/<int:instance_id>/chronology")
def case_story(instance_id: int) -> tuple[str, int]:
    """Everything that happened in a case."""
    filters = Filters.asked(request.args)
    return _story(_of_case(instance_id, filters.days.period), filters)


@blueprint.get("/schools/<urn>/chronology")
def school_story(urn: str) -> tuple[str, int]:
    """Everything that happened at a school, over all its cases."""
    filters = Filters.asked(request.args)
    return _story(_of_school(urn, filters.days.period), filters)


def _story(subject: Subject, filters: Filters) -> tuple[str, int]:
    page = page_asked(lambda number: _page(subject, filters, number))
    shown = render_template(
        "evidence/chronology.html",
        subject=subject,
        filters=filters,
        groups=GROUPS,
        page=page,
        manages=current_user.may("manage"),
        packs=queries.packs(db.session(), instance=subject.instance, school=subject.school)
        if current_user.may("manage")
        else [],
    )
    return shown, 400 if filters.days.problem else 200


def _page(subject: Subject, filters: Filters, number: int) -> Page[Entry]:
    """The entries of a page: only theirs are read, unless a text has to be searched for."""
    events = subject.narrowed(filters.groups)
    first = (number - 1) * PER_PAGE
    if not filters.text:
        shown = _entries(subject, events[first : first + PER_PAGE], readers.myself())
        return Page(tuple(shown), number, PER_PAGE, len(events) > first + PER_PAGE, len(events))
    found = [entry for entry in _entries(subject, events, readers.myself()) if _mentions(entry, filters.text)]
    return Page(tuple(found[first : first + PER_PAGE]), number, PER_PAGE, len(found) > first + PER_PAGE, len(found))


def _entries(subject: Subject, events: Sequence[EventRow], reader: Reader) -> list[Entry]:
    maker = None if reader.username else readers.myself()
    return entries(db.session(), subject.cases, events, reader, now(), subject.school, maker)


def _mentions(entry: Entry, text: str) -> bool:
    said = [entry.what, entry.who, entry.whom, *entry.lines]
    for each in entry.answers:
        said += [each.label, *([each.text] if isinstance(each.text, str) else each.text)]
    return any(says(each, text) for each in said)


@blueprint.get("/cases/<int:instance_id>/chronology.pdf")
def case_printed(instance_id: int) -> Response:
    """The story of a case as a PDF, as far as I may read it."""
    filters = Filters.asked(request.args)
    return _printed(_of_case(instance_id, filters.days.period), filters)


@blueprint.get("/schools/<urn>/chronology.pdf")
def school_printed(urn: str) -> Response:
    """The story of a school as a PDF, as far as I may read it."""
    filters = Filters.asked(request.args)
    return _printed(_of_school(urn, filters.days.period), filters)


def _printed(subject: Subject, filters: Filters) -> Response:
    made = redacted(_document(subject, filters, readers.myself(), why=""), Choice())
    pictures = [each.picture for each in drawings(db.session(), subject.cases)] if current_user.may("officer") else []
    return _file(printed(made, pictures).content, f"{subject.file}.pdf", "application/pdf")


def _document(subject: Subject, filters: Filters, reader: Reader, why: str) -> dict[str, Any]:
    home = current_user.home
    heading = Heading(
        title=f"Chronology of {subject.title}",
        authority=home.name if home else "",
        made=now(),
        by=current_user.name,
        reader=reader.name,
        period=filters.days.said,
        why=why,
    )
    shown = _entries(subject, subject.narrowed(filters.groups), reader)
    return document(heading, subject.cases, shown, filters.groups)


def _file(content: bytes, name: str, kind: str) -> Response:
    return Response(content, mimetype=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@blueprint.route("/cases/<int:instance_id>/pack", methods=["GET", "POST"])
def case_hand_over(instance_id: int) -> Response | tuple[str, int]:
    """Make an evidence pack of a case."""
    filters = Filters.asked(request.args)
    return _hand_over(_of_case(instance_id, filters.days.period), filters)


@blueprint.route("/schools/<urn>/pack", methods=["GET", "POST"])
def school_hand_over(urn: str) -> Response | tuple[str, int]:
    """Make an evidence pack of a school."""
    filters = Filters.asked(request.args)
    return _hand_over(_of_school(urn, filters.days.period), filters)


def _hand_over(subject: Subject, filters: Filters) -> Response | tuple[str, int]:
    reader = _reader(request.args.get("reader", OUTSIDE))
    problems = filters.days.problems
    if request.method == "POST" and not problems:
        choice, why, problems = _chosen(subject, filters)
        if not problems:
            return _handed_over(subject, filters, reader, choice, why)
    shown = _entries(subject, subject.narrowed(filters.groups), reader)
    page = render_template(
        "evidence/pack.html",
        subject=subject,
        filters=filters,
        groups=GROUPS,
        reader=request.args.get("reader", OUTSIDE),
        whom=_readers(),
        shown=shown,
        asked=request.form,
        black=set(request.form.getlist("black")),
        problems=problems,
    )
    return page, 400 if problems else 200


def _readers() -> list[tuple[str, str]]:
    """Whose eyes a pack may be for: the value and the words of each choice."""
    roles = current_user.home.roles.values() if current_user.home else ()
    first = [(OUTSIDE, readers.outside().name), (MYSELF, f"{current_user.name} (you)")]
    return first + [(role.id, role.name) for role in roles]


def _reader(chosen: str) -> Reader:
    roles = current_user.home.roles if current_user.home else {}
    if chosen == MYSELF:
        return readers.myself()
    return readers.of_role(roles[chosen]) if chosen in roles else readers.outside()


def _chosen(subject: Subject, filters: Filters) -> tuple[Choice, str, dict[str, str]]:
    """What is to be left out by hand, what the pack is for, and what is wrong with what was entered, by field."""
    given = request.form
    problems: dict[str, str] = {}
    why, wrong = reason(given.get("why", ""), "Enter what the pack is for", "What the pack is for")
    if wrong:
        problems["why"] = wrong
    keys = set(given.getlist("black"))
    numbers = (n for n, event in enumerate(subject.narrowed(filters.groups), 1) if event.key in keys)
    because, wrong = reason(given.get("because", ""), "Enter why it is left out", "Why it is left out")
    choice = Choice(frozenset(numbers), words_of(given.get("words", "")), given.get("names") == "1", because)
    if choice and wrong:
        problems["because"] = wrong
    return choice, why, problems


def _handed_over(subject: Subject, filters: Filters, reader: Reader, choice: Choice, why: str) -> Response:
    made = redacted(_document(subject, filters, reader, why), choice)
    content = pack(made, drawings(db.session(), subject.cases), now())
    entered, left_out = len(made["entries"]), len(made["redactions"])
    said = MadePack(reader.name, why, entered, left_out, checksums.digest(content), subject.instance, subject.school)
    the_engine().packs.keep(said, current_user.scope)
    return _file(content, f"evidence-{subject.file}.zip", "application/zip")
