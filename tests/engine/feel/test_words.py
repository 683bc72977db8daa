"""FEEL's own functions for texts that people read."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from engine.feel import Feel

VARIABLES = {
    "due": date(2026, 10, 14),
    "sent": datetime(2026, 10, 4, 23, 0),
    "text date": "2026-10-14",
    "nothing": None,
}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("long date(due)", "14 October 2026"),
        ("long date(sent)", "4 October 2026"),
        ("long date(text date)", "14 October 2026"),
        ('"on " + long date(date("2027-01-07")) + "."', "on 7 January 2027."),
        ("long date(nothing)", None),
        ('long date("at the school")', None),
        ("long date(5)", None),
    ],
)
def test_a_long_date_is_written_as_people_write_it(expression: str, value: Any) -> None:
    assert Feel.shared().evaluate(expression, VARIABLES) == value


def test_a_long_date_is_no_variable() -> None:
    assert Feel.shared().names("long date(meeting_date)") == {"meeting_date"}
