"""The retention schedule of an authority's file: what it says, what it says where nothing is said, and what is refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from engine.errors import ConfigUnreadable
from engine.people.authorities import load_authority
from engine.people.retention import DEFAULT, Retention, Rule, in_words

HEAD = "id: town\nname: Town\nroles: [{id: seo, name: SEO}]\n"


def schedule(tmp_path: Path, said: str) -> Retention:
    file = tmp_path / "town.yaml"
    file.write_text(HEAD + said, encoding="utf-8")
    return load_authority(file).retention


def test_without_one_the_default_holds_and_is_nobody_s(tmp_path: Path) -> None:
    rule = schedule(tmp_path, "").of("p")
    assert rule == DEFAULT
    assert not rule.own


def test_a_process_may_have_its_own(tmp_path: Path) -> None:
    said = (
        "retention:\n  usual: {archive: P1Y, delete: P7Y, why: Line 4}\n"
        "  processes: {p: {archive: P1Y6M, delete: never, why: Line 5}}\n"
    )
    kept = schedule(tmp_path, said)
    assert kept.of("p") == Rule(18, None, "Line 5")
    assert kept.of("q") == Rule(12, 84, "Line 4")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{archive: P1Y, delete: 7 years, why: x}", "“7 years” is no time such as P7Y"),
        ("{archive: P, delete: P7Y, why: x}", "“P” is no time"),
        ("{archive: P1D, delete: P7Y, why: x}", "“P1D” is no time"),
        ("{archive: P1Y, delete: P900Y, why: x}", "more than 200 years"),
        ("{archive: P2Y, delete: P1Y, why: x}", "archived before it is deleted"),
        ("{archive: P0Y, delete: P0Y, why: x}", "kept for a month at least"),
        ("{archive: never, delete: never, why: x}", "“never” is no time"),
        ("{archive: P1Y, delete: P7Y}", "retention.usual.why"),
        ("{archive: P1Y, delete: P7Y, why: x, more: 1}", "retention.usual.more"),
    ],
)
def test_a_bad_one_is_refused_by_name(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(ConfigUnreadable, match=said):
        schedule(tmp_path, f"retention:\n  usual: {line}\n")


def test_a_day_is_counted_in_calendar_months() -> None:
    assert Rule(1, 84, "x").archived_on(date(2026, 1, 31)) == date(2026, 2, 28)
    assert Rule(1, 84, "x").due_on(date(2024, 2, 29)) == date(2031, 2, 28)


@pytest.mark.parametrize(
    ("months", "said"), [(12, "1 year"), (18, "1 year and 6 months"), (1, "1 month"), (84, "7 years")]
)
def test_a_time_is_said_in_words(months: int, said: str) -> None:
    assert in_words(months) == said
