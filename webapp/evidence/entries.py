"""The events of a story as people read them: numbered, in words, with the answers that the reader may read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from engine import queries
from engine.calendar.lateness import is_late
from engine.calendar.timers import ZONE
from engine.feel.stored import revived
from engine.forms import Form
from engine.queries import GROUPS, CaseRow, EventRow, RecordedRow
from webapp.evidence import words
from webapp.evidence.readers import Reader
from webapp.forms.answers import Answer, answers, reads_all
from webapp.forms.confidential import form_in
from webapp.pages import clauses
from webapp.pages.clauses import Clause
from webapp.people.names import meet, person, roles_in_words


@dataclass(frozen=True)
class Entry:
    """One line of a story. ``number`` counts from 1; ``key`` names the event for ever.

    ``withheld`` counts answers that the form keeps to roles that the reader does not have; ``hidden`` says that the whole
    record of the entry is not for this reader.
    """

    number: int
    key: str
    kind: str
    at: datetime
    case: int | None
    what: str
    process: str = ""
    who: str = ""
    whom: str = ""
    """Who was asked, or told."""
    clauses: tuple[Clause, ...] = ()
    asked: datetime | None = None
    due: datetime | None = None
    late: int = 0
    """By how many days it was done after the day on which it was due, or is late now."""
    answers: tuple[Answer, ...] = ()
    withheld: int = 0
    hidden: bool = False
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Given:
    """What was recorded at an event: the form that asked, the answers, who gave them, and whose task it was."""

    form: Form
    values: Mapping[str, Any]
    by: str
    roles: tuple[str, ...] | None = None
    """None where every officer might have recorded it."""


@dataclass
class _Story:
    """What entries are made with: whose eyes, which schools the cases are about, and what was recorded."""

    reader: Reader
    now: datetime
    urns: Mapping[int, str | None]
    school: str | None
    given: Mapping[str, _Given] = field(default_factory=dict)

    def place(self, event: EventRow) -> tuple[str | None, int | None]:
        """The school (its URN) and the case (its id) of an event."""
        return self.urns.get(event.case or 0, self.school), event.case


def named(events: Iterable[EventRow]) -> list[EventRow]:
    """Without what the diagram has no name for: gateways, and events that only lead on or are withdrawn."""
    return [event for event in events if event.kind not in GROUPS["diagram"] or event.name != event.element]


def entries(
    session: Session,
    cases: Sequence[CaseRow],
    events: Sequence[EventRow],
    reader: Reader,
    now: datetime,
    school: str | None = None,
    maker: Reader | None = None,
) -> list[Entry]:
    """The events in words, numbered from 1 in their order.

    ``school`` is the URN that a story of a school is about. ``maker`` is who tells the story to the reader, and tells no more
    than they may read themselves. The number of statements does not grow with the events.
    """
    meet(who for event in events for who in words.people(event))
    urns = {case.id: case.school_urn for case in cases}
    story = _Story(reader, now, urns, school, _recorded(session, cases, events))
    made = [replace(_entry(event, story), number=number) for number, event in enumerate(events, 1)]
    if maker is None:
        return made
    own = replace(story, reader=maker)
    return [_both(entry, _entry(event, own)) for entry, event in zip(made, events, strict=True)]


def _both(theirs: Entry, own: Entry) -> Entry:
    """What the reader and whoever made the story may both read of an entry."""
    if theirs.hidden or own.hidden:
        return theirs if theirs.hidden else replace(own, number=theirs.number)
    known = {each.key for each in own.answers}
    answers = tuple(each for each in theirs.answers if each.key in known)
    return replace(theirs, answers=answers, withheld=theirs.withheld + len(theirs.answers) - len(answers))


def _recorded(session: Session, cases: Sequence[CaseRow], events: Sequence[EventRow]) -> dict[str, _Given]:
    """What was recorded, by the keys of the events: in tasks, when cases began, and when something was reported."""
    found = {**_of_tasks(session, events), **_of_starts(session, cases, events), **_of_reports(session, events)}
    return {**found, **_of_corrections(session, events)}


def _of_tasks(session: Session, events: Sequence[EventRow]) -> dict[str, _Given]:
    done = {event.task_id: event for event in events if event.kind == "answered" and event.task_id is not None}
    return {done[row.task_id].key: _of_task(row, done[row.task_id]) for row in queries.recorded(session, done)}


def _of_corrections(session: Session, events: Sequence[EventRow]) -> dict[str, _Given]:
    """What each note corrects: it is for those who may read all of that."""
    notes = [event for event in events if event.kind == "corrected"]
    corrected = {row.task_id: row for row in queries.recorded(session, filter(None, (each.task_id for each in notes)))}
    found = {each.key: (_of_task(corrected[each.task_id], each), each) for each in notes if each.task_id in corrected}
    return {key: replace(given, values=note.detail.get("was", given.values)) for key, (given, note) in found.items()}


def _of_starts(session: Session, cases: Sequence[CaseRow], events: Sequence[EventRow]) -> dict[str, _Given]:
    began = {event.case: event for event in events if event.kind == "began" and event.detail.get("given")}
    mine = {case.id: case.definition_id for case in cases if case.id in began}
    asked = queries.start_forms(session, set(mine.values()))
    return {
        began[case].key: _Given(form_in(asked[form], case), revived(began[case].detail["given"]), began[case].by)
        for case, form in mine.items()
        if form in asked
    }


def _of_reports(session: Session, events: Sequence[EventRow]) -> dict[str, _Given]:
    reports = [event for event in events if event.kind == "reported"]
    forms = queries.forms(session, [event.detail["form"] for event in reports])
    return {
        event.key: _Given(form_in(forms[event.detail["form"]], _first(event)), event.detail["values"], event.by)
        for event in reports
        if event.detail["form"] in forms
    }


def _first(event: EventRow) -> int | None:
    """A case that a report came to, as which stands what its form keeps to certain roles."""
    return next(iter(event.detail["reached"]), None)


def _of_task(row: RecordedRow, event: EventRow) -> _Given:
    return _Given(form_in(row.form, event.case), row.values, row.by, row.roles)


def _entry(event: EventRow, story: _Story) -> Entry:
    made = Entry(
        number=0,
        key=event.key,
        kind=event.kind,
        at=event.at,
        case=event.case,
        what=words.heading(event),
        process=f"{event.process}, version {event.version}" if event.process else "",
        who=person(event.by) if event.by else "",
        whom=roles_in_words(event.roles),
        clauses=tuple(clauses.named(event.clauses)),
        asked=event.asked,
        due=event.due,
        late=_days_late(event, story.now),
        lines=tuple(words.lines(event)),
    )
    return _seen(made, event, story)


def _seen(made: Entry, event: EventRow, story: _Story) -> Entry:
    """The line as far as it is for the reader's eyes."""
    given = story.given.get(event.key)
    if not _is_read(event, given, story):
        who, whom = "" if event.kind == "commented" else made.who, "" if event.kind == "filed" else made.whom
        return replace(made, lines=(), who=who, whom=whom, hidden=True)
    note = event.kind == "corrected" and "was" not in event.detail
    return made if given is None or note else _with_answers(made, given, story, event)


def _is_read(event: EventRow, given: _Given | None, story: _Story) -> bool:
    """Whether the reader knows more of an event than that it was: of what people were told, of files, notes and comments."""
    reader = story.reader
    if event.kind == "told":
        return reader.was_told(event.roles, *story.place(event))
    if event.kind == "commented":
        return reader.officer and reader.inside
    if event.kind == "filed":
        return _reads_file(event, story)
    return event.kind != "corrected" or (given is not None and _reads_all(given, story, event))


def _reads_file(event: EventRow, story: _Story) -> bool:
    """Whether the reader knows of a file: whoever added it, those to whom it is kept, else officers and those of its task."""
    reader = story.reader
    if reader.username and reader.username == event.detail["added_by"]:
        return True
    held = not reader.roles_at(*story.place(event)).isdisjoint(event.roles)
    return held or (reader.officer and not event.detail["kept"])


def _is_met(given: _Given, story: _Story, event: EventRow) -> bool:
    """Whether the reader knows of an answer at all: of those that the form keeps to nobody."""
    reader = story.reader
    if reader.officer or given.by == reader.username:
        return True
    return bool(given.roles) and reader.may_read(given.roles or (), *story.place(event))


def _reads_all(given: _Given, story: _Story, event: EventRow) -> bool:
    reader, held = story.reader, story.reader.roles_at(*story.place(event))
    return _is_met(given, story, event) and reads_all(given.form, given.values, held, given.by, reader.username)


def _with_answers(made: Entry, given: _Given, story: _Story, event: EventRow) -> Entry:
    if not _is_met(given, story, event):
        return replace(made, hidden=True)
    reader, held = story.reader, story.reader.roles_at(*story.place(event))
    seen = answers(given.form, given.values, held, given.by, reader.username)
    every = sum(each.key in given.values for each in given.form.fields)
    return replace(made, answers=tuple(seen), withheld=every - len(seen))


def _days_late(event: EventRow, now: datetime) -> int:
    """Days between the day on which it was due and that on which it was done; of what still waits, until today."""
    ended = now if event.kind == "waits" else event.at
    if event.kind not in ("answered", "waits") or event.due is None or not is_late(event.due, ended):
        return 0
    return (_day(ended) - _day(event.due)).days


def _day(moment: datetime) -> date:
    return moment.astimezone(ZONE).date()
