"""What a case is about, and how a date was found, in words."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from webapp.words import about, reckoned, titled


def row(school: str = "", key: str = "") -> SimpleNamespace:
    """A case or task as far as these words look at it."""
    return SimpleNamespace(school_name=school, business_key=key, process_name="Complaints")


@pytest.mark.parametrize(
    ("case", "said"), [(row("Ash", "URN 1"), "Ash"), (row(key="2026/7"), "2026/7"), (row(), "No school")]
)
def test_what_a_case_is_about(case: SimpleNamespace, said: str) -> None:
    assert about(case) == said


@pytest.mark.parametrize(("case", "said"), [(row("Ash"), "Ash – Complaints"), (row(), "Complaints")])
def test_nothing_stands_before_a_dash(case: SimpleNamespace, said: str) -> None:
    assert titled(case) == said


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ("15 working days from Monday 7 September 2026", "15 working days from Monday 7 September 2026."),
        ("the last Friday of term", "The last Friday of term."),
        ("on Wednesday 2 December 2026, as given", ""),
        ("", ""),
    ],
)
def test_how_a_date_was_found_is_a_sentence(why: str, said: str) -> None:
    assert reckoned(why) == said
