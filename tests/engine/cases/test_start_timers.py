"""A start timer that has fired does not fire again when its process gets a new version."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from engine import Engine
from tests.engine.running import DAY, clock_of, deploy

DIAGRAMS = Path(__file__).parent / "diagrams"
ONCE = (DIAGRAMS / "start_once_on_a_date.bpmn").read_bytes()
TWICE = (DIAGRAMS / "start_twice.bpmn").read_bytes()


def version(xml: bytes, number: int) -> bytes:
    """The same start timer, and a task of another name."""
    return xml.replace(b'<bpmn:userTask id="a"', b'<bpmn:userTask id="a%d"' % number).replace(
        b'Ref="a"', b'Ref="a%d"' % number
    )


def pass_days(engine: Engine, days: int) -> None:
    for _ in range(days):
        clock_of(engine).advance(DAY)
        engine.jobs.run_due()


def cases(engine: Engine) -> int:
    return len(engine.tasks.open())


def test_a_date_starts_its_process_once_in_all(engine: Engine) -> None:
    deploy(engine, ONCE)
    pass_days(engine, 3)
    deploy(engine, version(ONCE, 2))
    pass_days(engine, 3)
    assert cases(engine) == 1


def test_a_cycle_of_two_starts_its_process_twice_in_all(engine: Engine) -> None:
    deploy(engine, TWICE)
    for number in range(2, 5):
        pass_days(engine, 1)
        deploy(engine, version(TWICE, number))
    pass_days(engine, 5)
    assert cases(engine) == 2


def test_a_cycle_that_is_over_stays_over(engine: Engine) -> None:
    deploy(engine, TWICE)
    pass_days(engine, 5)
    deploy(engine, version(TWICE, 2))
    pass_days(engine, 5)
    assert cases(engine) == 2


def test_a_timer_that_a_version_left_out_goes_on_counting_when_it_comes_back(engine: Engine) -> None:
    deploy(engine, TWICE)
    pass_days(engine, 1)
    deploy(engine, TWICE.replace(b"R2/P1D", b"R1/P300D"))
    deploy(engine, version(TWICE, 3))
    pass_days(engine, 5)
    assert cases(engine) == 2


def test_another_date_is_another_timer(engine: Engine) -> None:
    deploy(engine, ONCE)
    pass_days(engine, 3)
    deploy(engine, ONCE.replace(b"2026-09-08", b"2026-09-15"))
    pass_days(engine, 8)
    assert cases(engine) == 2


def test_another_authority_has_its_own_timers(engine: Engine) -> None:
    deploy(engine, ONCE, authority="barnsley")
    pass_days(engine, 3)
    deploy(engine, ONCE, authority="luton")
    clock_of(engine).advance(timedelta(hours=1))
    engine.jobs.run_due()
    assert cases(engine) == 2
