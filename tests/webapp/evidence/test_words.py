"""What the events of a story are called."""

from __future__ import annotations

from typing import Any

import pytest

from engine.queries import EventRow
from tests.engine.running import NOW
from webapp.evidence import words


def event(kind: str, **more: Any) -> EventRow:
    return EventRow("k", kind, NOW, 1, **more)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (event("answered", element="a", name="Visit"), "Visit"),
        (event("waits", element="a", name="Visit"), "Waits: Visit"),
        (event("withdrawn", element="a", name="a"), "a step without a name (withdrawn)"),
        (event("acted", detail={"how": "stopped"}), "The case was cancelled"),
        (event("acted", detail={"how": "of another day"}), "Something was done"),
        (event("thrown", detail={"message": "concern resolved"}), "Message sent: concern resolved"),
        (event("category", name="Good"), "Put in the category “Good”"),
    ],
)
def test_headings(given: EventRow, said: str) -> None:
    assert words.heading(given) == said


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (event("told", text="Come."), ["Come."]),
        (event("passed", detail={"late_by": 86400}), ["It was due 1 day earlier."]),
        (
            event("answered", detail={"unanswered": True}),
            ["No answer came by its date, and the case went on without one."],
        ),
        (
            event("answered", detail={"said_by": "Jo", "said_on": "2026-09-07", "said_how": "by telephone"}),
            ["Said by Jo on 7 September 2026 (by telephone), and recorded for them."],
        ),
        (event("acted", detail={"how": "stopped", "reason": "Mistake"}), ["Reason: Mistake"]),
        (
            event("acted", detail={"how": "redirected", "message": "m", "case": 3, "reason": "Theirs"}),
            ["“m”, to case 3.", "Reason: Theirs"],
        ),
        (event("thrown", detail={"status": "undelivered"}), ["It found nobody who waits for it."]),
        (
            event("register", detail={"fields": {"type": ["community", "academy"], "trust": ["", "T"]}}),
            ["Type from community to academy; trust from none to T."],
        ),
        (event("reported", detail={"reached": []}), ["No case waited for it."]),
        (event("reported", detail={"reached": [4]}), []),
    ],
)
def test_sentences(given: EventRow, said: list[str]) -> None:
    assert list(words.lines(given)) == said
