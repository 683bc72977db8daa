"""A story as one document of plain values: what the PDF prints, what the pack holds as JSON, what redaction works on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.queries import CaseRow
from webapp.dates import ZONE, day, hour
from webapp.evidence.entries import Entry
from webapp.evidence.words import GROUPS
from webapp.people.names import meet, person
from webapp.words import about

#: The version of the document's shape.
FORMAT = "pathways-evidence 1"
STATUSES = {"active": "Live", "completed": "Completed", "cancelled": "Cancelled"}


#: Why something is left out.
OTHERS = "It is for other roles than those of the reader, or of whoever made this."
KEPT = "The form keeps it to roles that the reader, or whoever made this, does not have."


@dataclass(frozen=True)
class Heading:
    """What a document is about, and how it came about: its title, who made it when, for whose eyes, which days, and why."""

    title: str
    authority: str
    made: datetime
    by: str
    reader: str
    period: str = ""
    why: str = ""


def document(
    heading: Heading, cases: Sequence[CaseRow], entries: Iterable[Entry], groups: Sequence[str]
) -> dict[str, Any]:
    """The document, nothing redacted by hand yet; what the reader may not read is left out and listed.

    ``groups`` are those of the events that it holds.
    """
    kept = list(entries)
    meet(case.started_by for case in cases)
    known = {clause.id: clause for entry in kept for clause in entry.clauses}
    return {
        "format": FORMAT,
        "title": heading.title,
        "authority": heading.authority,
        "made": {"at": _iso(heading.made), "said": hour(heading.made), "by": heading.by},
        "reader": heading.reader,
        "period": heading.period,
        "why": heading.why,
        "holds": [GROUPS[each] for each in groups],
        "cases": [_case(case) for case in cases],
        "clauses": {each.id: {"says": each.says, "document": each.document, "at": each.at} for each in known.values()},
        "entries": [_entry(entry) for entry in kept],
        "redactions": [row for entry in kept for row in _kept_back(entry)],
    }


def _case(case: CaseRow) -> dict[str, Any]:
    return {
        "case": case.id,
        "about": about(case),
        "urn": case.school_urn or "",
        "process": case.process_name,
        "version": case.version,
        "status": STATUSES[case.status],
        "started": {"at": _iso(case.started), "said": day(case.started), "by": person(case.started_by)},
        "ended": {"at": _iso(case.ended), "said": day(case.ended)} if case.ended else None,
        "reason": case.reason,
    }


def _entry(entry: Entry) -> dict[str, Any]:
    late = f"{entry.late} {'day' if entry.late == 1 else 'days'} late" if entry.late else ""
    made: dict[str, Any] = {
        "number": entry.number,
        "at": _iso(entry.at),
        "said": hour(entry.at),
        "month": f"{entry.at.astimezone(ZONE):%B %Y}",
        "kind": entry.kind,
        "case": entry.case,
        "what": entry.what,
        "process": entry.process,
        "by": entry.who,
        "for": entry.whom,
        "asked": {"at": _iso(entry.asked), "said": day(entry.asked)} if entry.asked else None,
        "due": {"at": _iso(entry.due), "said": day(entry.due)} if entry.due else None,
        "late": late,
        "clauses": [clause.id for clause in entry.clauses],
        "lines": list(entry.lines),
        "answers": [
            {"question": each.label, "answer": each.text if isinstance(each.text, str) else list(each.text)}
            for each in entry.answers
        ],
    }
    return made


def _kept_back(entry: Entry) -> Iterable[Mapping[str, Any]]:
    if entry.hidden:
        what = "what they were told" if entry.kind == "told" else "all that was recorded"
        yield {"entry": entry.number, "what": what, "why": OTHERS}
    elif entry.withheld:
        many = f"{entry.withheld} {'answer' if entry.withheld == 1 else 'answers'}"
        yield {"entry": entry.number, "what": many, "why": KEPT}


def _iso(moment: datetime | None) -> str:
    return moment.astimezone(ZONE).isoformat(timespec="seconds") if moment else ""
