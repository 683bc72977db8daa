"""A document as a PDF."""

from __future__ import annotations

from typing import Any

from webapp.evidence.pdf import Picture, printed

MADE = {"said": "7 September 2026 at 9:00am", "by": "Sam Example"}
ENTRY: dict[str, Any] = {
    "number": 1,
    "said": "7 September 2026 at 9:00am",
    "month": "September 2026",
    "kind": "answered",
    "case": 1,
    "what": "Meeting",
    "process": "",
    "by": "Sam Example",
    "for": "",
    "asked": None,
    "due": {"said": "9 September 2026"},
    "late": "",
    "clauses": ["X-1"],
    "lines": ["#panic() *bold* $x$ is text"],
    "answers": [{"question": "Who?", "answer": ["One", "Two"]}, {"question": "What?", "answer": "All"}],
}
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9"/></svg>'


def document(**more: Any) -> dict[str, Any]:
    case = {"case": 1, "about": "S", "process": "P", "version": 1, "status": "Live", "reason": ""}
    case |= {"started": {"said": "1 May 2026"}, "ended": None}
    empty = {"reader": "R", "period": "", "why": "", "holds": ["All"], "redactions": [], "clauses": {}}
    whole = {"title": "Chronology", "authority": "Town", "made": MADE, "cases": [case], "entries": [ENTRY]}
    return {**whole, **empty, **more}


def test_it_is_pdf_ua() -> None:
    made = printed(document(), [Picture("Way", SVG, "The way in words", "P, version 1")])
    assert made.accessible
    assert b"<pdfuaid:part>1</pdfuaid:part>" in made.content


def test_letters_that_no_typeface_has_do_not_stop_it() -> None:
    made = printed(document(entries=[{**ENTRY, "lines": ["Smile \U0001f642"]}]))
    assert made.content.startswith(b"%PDF-")
    assert not made.accessible


def test_a_story_of_nothing_is_printed() -> None:
    assert printed(document(cases=[], entries=[])).accessible


def test_redactions_and_clauses_are_printed() -> None:
    clauses = {"X-1": {"says": "Meet within a week", "document": "The policy", "at": "p. 3"}}
    rows = [
        {"number": 1, "entry": 1, "what": "2 answers", "why": "Roles"},
        {"number": 2, "entry": None, "what": "names", "why": "x"},
    ]
    assert printed(document(clauses=clauses, redactions=rows)).accessible
