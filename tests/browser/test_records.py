"""Keeping and deleting records in a real browser: the list, a hold, a deletion with its certificate, a person's data."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from engine import Config, Engine, Scope
from engine.clock import SystemClock, VirtualClock
from tests.browser.conftest import ROOT
from tests.browser.person import Person

LONG = timedelta(days=8 * 366)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory, started_once: Path) -> Path:
    """Two cases that ended eight years ago."""
    database = tmp_path_factory.mktemp("records") / "pathways.db"
    with closing(sqlite3.connect(started_once)) as made, closing(sqlite3.connect(database)) as mine:
        made.backup(mine)
    clock = VirtualClock(SystemClock().now() - LONG)
    config = Config.load(ROOT / "config", {"PATHWAYS_SAMPLE": "1"})
    engine = Engine(f"sqlite:///{database}", clock=clock, config=config)
    by = Scope("barnsley", frozenset({"seo"}), "seo@barnsley.example.org", oversees=True)
    for urn in ("100001", "100002"):
        case = engine.cases.start("barnsley-escalation", school=urn, by=by)
        engine.cases.cancel(case, "What was agreed then has been done.", by="import")
    clock.advance(LONG)
    engine.retention.follow()
    engine.dispose()
    return database


def test_records_are_held_found_and_deleted(person: Person, axe: Callable[[], None]) -> None:
    page = person.page
    person.sign_in("information-governance")
    page.goto(f"{person.address}/records/holds")
    axe()
    page.get_by_label("A case, by its number").fill("1")
    page.get_by_label("Why?").fill("A claim has been announced.")
    axe()
    person.press("Set this hold")
    assert person.heading == "Check the legal hold"
    axe()
    person.press("Set this hold")
    assert "The legal hold is set." in person.told
    page.goto(f"{person.address}/cases/1")
    assert "Legal hold" in person.text()
    page.goto(f"{person.address}/archive?words=agreed")
    axe()
    page.goto(f"{person.address}/records")
    axe()
    page.get_by_label("Case 2", exact=True).check()
    person.press("Delete those chosen")
    axe()
    person.press("Delete it")
    assert "1 case is being deleted." in person.told
    page.goto(f"{person.address}/records/1")
    axe()
    page.goto(f"{person.address}/records/person?who=seo@barnsley.example.org")
    axe()
    page.goto(f"{person.address}/records/2")
    page.get_by_role("heading", name="Certificate of deletion").wait_for()
    axe()
