"""Stories run on the repository's own configuration."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine import Config, Engine
from engine.calendar.files import Calendars
from engine.clock import VirtualClock
from engine.store.database import make_engine
from tests.processes import reached
from tests.processes.story import ROOT


@pytest.fixture
def engine(database_url: str, clock: VirtualClock) -> Iterator[Engine]:
    """An engine with the sample authorities, their roles, settings and calendars."""
    made = make_engine(database_url)
    told = Engine(
        made, clock=clock, calendar=Calendars(ROOT / "config/calendars"), config=Config.load(ROOT / "config", {})
    )
    yield told
    reached.note(told)
    made.dispose()
