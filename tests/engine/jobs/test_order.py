"""What is due first is done first, whether it belongs to a case or to a process that begins by itself."""

from __future__ import annotations

import pytest

from engine import Engine
from tests.engine.jobs.test_queue import SCHOOL_YEAR
from tests.engine.running import DAY, LATER, clock_of, deploy


@pytest.mark.parametrize(("case_begins", "first"), [(0, ["t"]), (7, [])], ids=["the case first", "the start first"])
def test_a_case_s_timer_and_a_start_wait_in_one_line(engine: Engine, case_begins: int, first: list[str]) -> None:
    deploy(engine, SCHOOL_YEAR.replace(b'id="p"', b'id="year"'), "year")  # begins in seven days
    deploy(engine, LATER)
    clock_of(engine).advance(case_begins * DAY - DAY / 2 if case_begins else DAY / 2)
    case = engine.cases.start("p")  # goes on in a day
    clock_of(engine).advance(8 * DAY)
    assert engine.jobs.fire_next_due()
    assert [element for element in engine.cases.trace(case) if element == "t"] == first
    assert len(engine.tasks.open()) == 1
    assert engine.jobs.fire_next_due()
    assert len(engine.tasks.open()) == 2
