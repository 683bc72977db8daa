"""A story as one document of plain values."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Flask

from engine.queries import CaseRow
from tests.engine.running import NOW
from webapp.evidence.document import Heading, document
from webapp.evidence.entries import Entry
from webapp.forms.answers import Answer
from webapp.pages.clauses import Clause

CASE = CaseRow(7, 1, "p", "Review", 2, "URN 1", "1", "Sampleby", "active", NOW, "sam", None, "")
ENTRY = Entry(1, "h7.1", "answered", NOW, 7, "Meeting", due=NOW, late=3, answers=(Answer("Who?", ["Jo", "Al"]),))
CLAUSE = Clause("X-1", "Meet within a week", "p. 3", "The policy")


def made(app: Flask, *entries: Entry) -> dict[str, Any]:
    with app.app_context():
        return document(Heading("T", "Town", NOW, "Sam", "R"), [CASE], entries, ["people"])


def test_times_stand_for_machines_and_for_people(app: Flask) -> None:
    entry = made(app, ENTRY)["entries"][0]
    assert entry["at"] == "2026-09-07T09:00:00+01:00"
    assert entry["said"] == "7 September 2026 at 9:00am"
    assert entry["late"] == "3 days late"


def test_answers_and_clauses_stand_in_words(app: Flask) -> None:
    told = made(app, replace(ENTRY, clauses=(CLAUSE,)))
    assert told["entries"][0]["answers"] == [{"question": "Who?", "answer": ["Jo", "Al"]}]
    assert told["clauses"] == {"X-1": {"says": "Meet within a week", "document": "The policy", "at": "p. 3"}}


def test_what_the_reader_may_not_read_is_listed(app: Flask) -> None:
    hidden, some = replace(ENTRY, hidden=True), replace(ENTRY, number=2, withheld=2)
    told = replace(ENTRY, number=3, kind="told", hidden=True)
    said = [(row["entry"], row["what"]) for row in made(app, hidden, some, told)["redactions"]]
    assert said == [(1, "all that was recorded"), (2, "2 answers"), (3, "what they were told")]


def test_a_case_says_how_it_is(app: Flask) -> None:
    [case] = made(app)["cases"]
    assert (case["about"], case["process"], case["status"]) == ("Sampleby", "Review", "Live")
    assert case["ended"] is None
