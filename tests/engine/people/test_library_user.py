"""A username alone acts as the library does: it completes any task, whoever has it."""

from __future__ import annotations

import pytest

from engine import Engine, Scope
from tests.engine.running import deploy, task
from tests.engine.spiff.cases import bpmn

#: A task that is given to one person, and one for a role.
TASKS = bpmn(
    '<startEvent id="s"/><parallelGateway id="g"/><userTask id="given" camunda:assignee="sam"/>'
    '<userTask id="shared" camunda:candidateGroups="seo"/><endEvent id="e"/>',
    "s>g g>given g>shared given>e shared>e",
)


@pytest.fixture
def case(engine: Engine) -> int:
    deploy(engine, TASKS, authority="town")
    return engine.cases.start("p", authority="town")


def test_it_completes_what_is_given_to_one_person(engine: Engine, case: int) -> None:
    engine.tasks.complete(task(engine, "given", case), by="worker")
    assert "given" in engine.cases.trace(case)


def test_it_completes_what_somebody_has_claimed(engine: Engine, case: int) -> None:
    shared = task(engine, "shared", case)
    engine.tasks.claim(shared, by=Scope("town", frozenset({"seo"}), "sam"))
    engine.tasks.complete(shared, by="worker")
    assert "shared" in engine.cases.trace(case)
