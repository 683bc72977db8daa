"""A date that follows another by law or by the policy has it as its limit: powers after the decision, a visit after its cause."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.forms import load_form
from engine.forms.model import Component

ROOT = Path(__file__).resolve().parent.parent.parent
#: The councils whose every date is looked at.
COUNCILS = ("barnsley", "redcar-cleveland")
FORMS = sorted(path for council in COUNCILS for path in ROOT.glob(f"forms/{council}/*.form"))
#: Words of a limit that are no dates of the case.
PLAIN = frozenset(
    ["if", "then", "else", "null", "and", "or", "not", "min", "max", "today", "date", "duration", "now", "string"]
)
#: Dates with which something begins, in the world or in a case: nothing of the case comes before them.
FIRST = {
    "barnsley/complaint complaint_on",
    "barnsley/new-headteacher new_headteacher_on",
    "barnsley/ofsted-judgement judgement_published_on",
    "barnsley/secretary-notice secretary_notice_on",
    "barnsley/secretary-notice-concern secretary_notice_on",
    "barnsley/secretary-notice-stage-3 secretary_notice_on",
    "redcar-cleveland/alert-dfe dfe_alerted_on",
    "redcar-cleveland/appeal appealed_on",
    "redcar-cleveland/meet-hmi hmi_met_on",
    "redcar-cleveland/ofsted-inadequate judged_published_on",
    "redcar-cleveland/raise-academy dfe_on",
    "redcar-cleveland/secretary-of-state-direction direction_dated",
    "redcar-cleveland/secretary-of-state-notice secretary_notice_dated",
}


def dates(path: Path) -> Iterator[Component]:
    """The questions of a form for a date."""
    yield from (field for field in load_form(path.read_bytes()).fields if field.kind == "datetime")


def by_the_case(field: Component) -> bool:
    """Whether its lower limit is made of a date that the case has."""
    limit = re.sub(r'"[^"]*"', "", str(field.rules.min or ""))
    return bool(set(re.findall(r"[a-z_]+", limit)) - PLAIN)


def free() -> set[str]:
    """The dates that no date of the case limits."""
    asked = ((path, field) for path in FORMS for field in dates(path) if not by_the_case(field))
    return {f"{path.parent.name}/{path.stem} {field.key}" for path, field in asked}


def test_a_date_that_follows_another_is_limited_by_it() -> None:
    found = free() - FIRST
    assert found == set(), "Give these a validate.min that is made of the date before (docs/reference/diagrams.md):"


def test_the_dates_that_begin_something_are_there() -> None:
    assert FIRST - free() == set(), "These have a limit, or are asked no more: take them off the list"


@pytest.mark.parametrize("limit", ['=today() - duration("P1Y")', "2026-09-01", None])
def test_a_limit_by_today_is_no_limit_by_the_case(limit: str | None) -> None:
    question = {"type": "datetime", "key": "powers_from", "label": "From when?", "validate": {"min": limit}}
    (field,) = load_form({"type": "default", "components": [question]}).fields
    assert not by_the_case(field)
