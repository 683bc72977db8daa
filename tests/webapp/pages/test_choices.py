"""What the modeller's panel offers: what the authority has, and the day that a timer would be."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from engine.lint.properties import OF_PROCESSES, PROPERTIES
from tests.webapp.conftest import Browser

FIELDS = Path(__file__).resolve().parents[3] / "webapp/assets/modeller/panel/fields.js"


@pytest.fixture
def offered(browser: Browser) -> dict[str, Any]:
    found: dict[str, Any] = browser.sign_in("process-owner").client.get("/processes/choices").get_json()
    return found


@pytest.mark.parametrize(
    ("kind", "value", "label"),
    [
        ("forms", "barnsley/evidence-summary", "SEO evidence summary"),
        ("roles", "seo", "School Evaluation Officer (SEO)"),
        ("processes", "barnsley-escalation", "Schools escalation process"),
        ("reports", "barnsley/monthly", "barnsley/monthly"),
        ("messages", "concern-resolved", "Concern resolved (concern-resolved)"),
    ],
)
def test_it_offers_what_the_authority_has(offered: dict[str, Any], kind: str, value: str, label: str) -> None:
    assert {"value": value, "label": label} in offered[kind]


def test_it_offers_nothing_of_others(offered: dict[str, Any]) -> None:
    assert not [each for each in offered["reports"] if not each["value"].startswith("barnsley/")]


@pytest.mark.parametrize("name", ["school", "settings", "evidence_summary"])
def test_expressions_are_completed_by_what_a_case_knows(offered: dict[str, Any], name: str) -> None:
    assert name in [each["name"] for each in offered["variables"]]


def test_of_the_school_it_names_what_the_register_says(offered: dict[str, Any]) -> None:
    school = next(each for each in offered["variables"] if each["name"] == "school")
    assert {"name": "maintained"} in school["entries"]


@pytest.mark.parametrize(
    ("text", "kind", "says"),
    [
        ("10 working days", "due", "If it began today: Monday 21 September 2026."),
        ("1 half-term", "timeDuration", "If it began today: Monday 16 November 2026."),
        ("every 2 weeks", "timeCycle", "If it began today: Monday 21 September 2026."),
    ],
)
def test_a_timer_says_which_day_it_would_be(browser: Browser, text: str, kind: str, says: str) -> None:
    answer = browser.sign_in("process-owner").client.post("/api/timer", json={"text": text, "kind": kind})
    assert answer.get_json() == {"says": says}


def test_a_timer_that_is_none_says_what_is_wrong(browser: Browser) -> None:
    answer = browser.sign_in("process-owner").client.post("/api/timer", json={"text": "10 wroking days", "kind": "due"})
    assert "10 wroking days" in answer.get_json()["wrong"]


@pytest.mark.parametrize("given", [{}, [], {"text": 5, "kind": "due"}, {"text": "2 weeks", "kind": "duration"}])
def test_what_is_no_timer_at_all_is_refused(browser: Browser, given: Any) -> None:
    assert browser.sign_in("process-owner").client.post("/api/timer", json=given).status_code == 400


@pytest.mark.parametrize("name", sorted(PROPERTIES.keys() | OF_PROCESSES.keys()))
def test_the_panel_asks_every_property_that_is_read(name: str) -> None:
    assert re.search(rf"(own|property)\('{name}'", FIELDS.read_text(encoding="utf-8"))
