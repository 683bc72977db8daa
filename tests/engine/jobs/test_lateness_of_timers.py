"""A timer is late when it fires after its moment; not when an answer has put that moment into the past."""

from __future__ import annotations

from engine import Engine
from tests.engine.running import DAY, clock_of, deploy, task
from tests.engine.spiff.cases import bpmn, prop

#: A meeting on a day that a form says; its timer follows the day.
MEETING = bpmn(
    '<startEvent id="s"/><parallelGateway id="g"/><userTask id="move"/><endEvent id="e"/>'
    f'<intermediateCatchEvent id="day">{prop(retime="true")}<timerEventDefinition><timeDate>= date(on)</timeDate>'
    "</timerEventDefinition></intermediateCatchEvent><userTask id='hold'/>",
    "s>g g>move g>day day>hold hold>e move>e",
)


def fired(engine: Engine) -> dict[str, object]:
    (line,) = [each for each in engine.cases.history(1) if each.element == "day"]
    return dict(line.detail)


def test_one_that_an_answer_put_into_the_past_is_not_late(engine: Engine) -> None:
    deploy(engine, MEETING)
    engine.cases.start("p", variables={"on": "2026-10-01"})
    engine.tasks.complete(task(engine, "move", 1), {"on": "2026-09-01"})
    engine.jobs.run_due()
    assert fired(engine) == {}


def test_one_that_nobody_fired_in_time_is(engine: Engine) -> None:
    deploy(engine, MEETING)
    engine.cases.start("p", variables={"on": "2026-10-01"})
    clock_of(engine).advance(40 * DAY)
    engine.jobs.run_due()
    assert "late_by" in fired(engine)


def test_one_that_waited_long_after_it_was_put_there_is_late_since_then(engine: Engine) -> None:
    deploy(engine, MEETING)
    engine.cases.start("p", variables={"on": "2026-10-01"})
    engine.tasks.complete(task(engine, "move", 1), {"on": "2026-09-01"})
    clock_of(engine).advance(DAY)
    engine.jobs.run_due()
    assert fired(engine)["late_by"] == DAY.total_seconds()
