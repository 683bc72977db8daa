"""The year of invented work: the real engine makes it, with cases at every stage, late ones and one that is blocked."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine import Config, Engine, queries
from engine.clock import SystemClock
from engine.errors import SampleYearTorn
from engine.settings import YEAR_BEGUN
from webapp.sample import year

ROOT = Path(__file__).resolve().parents[3]


def test_a_year_has_cases_at_every_stage_and_is_lived_once(sqlite_url: str) -> None:
    config = Config.load(ROOT / "config", {})
    config = replace(config, authorities={"redcar-cleveland": config.authorities["redcar-cleveland"]})
    begun: list[str] = []
    made = year.live(sqlite_url, ROOT, config, lambda: begun.append("once"))
    assert made > 60, "three rounds, and what people began"
    assert year.live(sqlite_url, ROOT, config, lambda: begun.append("again")) == 0
    assert begun == ["once"]
    engine, now = Engine(sqlite_url), SystemClock().now()
    with engine.reading() as session:
        cases = [case for page in (1, 2, 3, 4) for case in queries.instances(session, page=page).items]
        troubles = queries.incidents(session)
        tasks, waiting = queries.open_tasks(session), queries.timers(session)
        changed = [row for school in queries.schools(session) for row in queries.categories(session, school.urn)]
    assert {case.status for case in cases} >= {"active", "completed"}
    assert min(case.started for case in cases) < now.replace(tzinfo=UTC)
    assert max(case.started for case in cases) <= now
    assert troubles, "one is blocked"
    assert "fortnights" in troubles[0].message, "one is blocked"
    assert any(task.due is not None and task.due < now for task in tasks), "and some are overdue"
    assert tasks
    assert all(task.created <= now for task in tasks)
    assert all(timer.due > now for timer in waiting), "whatever fell due in the year has happened"
    assert changed
    assert isinstance(changed[0].since, datetime)


def test_a_year_that_was_cut_short_is_refused(database_url: str) -> None:
    Engine(database_url).installation.note_sample_year(YEAR_BEGUN)
    with pytest.raises(SampleYearTorn, match="Empty that database"):
        year.live(database_url, ROOT, Config.load(ROOT / "config", {}))
