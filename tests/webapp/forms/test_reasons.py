"""A reason of somebody's own: there, short enough to be read as a line, and of characters that a page can hold."""

from __future__ import annotations

import pytest

from webapp.forms.reasons import LONGEST, reason


@pytest.mark.parametrize(
    ("given", "text", "problem"),
    [
        ("  The school has closed. ", "The school has closed.", ""),
        (" \n ", "", "Enter why"),
        ("x" * LONGEST, "x" * LONGEST, ""),
        ("x" * (LONGEST + 3), "x" * (LONGEST + 3), "Why must be 2,000 characters or less: it has 3 too many"),
        ("Mer\x00ged", "Merged", ""),
        ("\ud800", "", "Enter why"),
    ],
)
def test_a_reason_is_read(given: str, text: str, problem: str) -> None:
    assert reason(given, "Enter why", "Why") == (text, problem)
