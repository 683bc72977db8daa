"""What would follow an answer: the step as it will be taken, of which nothing is written."""

from __future__ import annotations

import pytest

from engine import Engine, Scope
from tests.engine.running import Statements, running
from tests.engine.spiff.cases import bpmn

SAM = Scope("", frozenset({"seo"}), "sam")
TELL = (
    '<sendTask id="tell" name="Tell" camunda:type="external" camunda:topic="notify"><extensionElements>'
    '<camunda:inputOutput><camunda:inputParameter name="to">head</camunda:inputParameter>'
    '<camunda:inputParameter name="subject">="Notice: " + why</camunda:inputParameter>'
    '<camunda:inputParameter name="text">Read it</camunda:inputParameter></camunda:inputOutput></extensionElements></sendTask>'
)
DIAGRAM = bpmn(
    '<startEvent id="s"/><userTask id="decide" camunda:candidateGroups="seo"/><exclusiveGateway id="g" default="f_g_later"/>'
    f'{TELL}<userTask id="reply" name="Reply" camunda:candidateGroups="head"/>'
    '<userTask id="later" name="Look again" camunda:candidateGroups="seo"/><endEvent id="e"/><endEvent id="f"/>',
    "s>decide decide>g g>tell[notice] g>e[over] g>later tell>reply reply>e later>f",
)


@pytest.fixture
def engine(database_url: str) -> Engine:
    """An engine with one case that waits for a decision."""
    engine = running(database_url)
    engine.deployments.deploy({"p.bpmn": DIAGRAM}, by="owner", strict=False)
    engine.cases.start("p")
    return engine


def values(**given: object) -> dict[str, object]:
    return {"notice": False, "over": False, "why": "results", **given}


def test_says_who_is_told_what_and_who_is_asked_next(engine: Engine) -> None:
    found = engine.tasks.foresee(1, values(notice=True), SAM)
    assert found is not None
    assert [(each.to, each.subject, each.text) for each in found.told] == [(("head",), "Notice: results", "Read it")]
    assert [(each.name, each.roles) for each in found.asked] == [("Reply", ("head",))]
    assert found.weighs({"head"})
    assert not found.weighs({"diocese"})


def test_says_that_the_case_ends(engine: Engine) -> None:
    found = engine.tasks.foresee(1, values(over=True), SAM)
    assert found is not None
    assert found.ends
    assert found.weighs(())


def test_what_only_goes_on_weighs_nothing(engine: Engine) -> None:
    found = engine.tasks.foresee(1, values(), SAM)
    assert found is not None
    assert not found.weighs({"head"})


def test_writes_nothing(engine: Engine) -> None:
    before = engine.cases.variables(1), [each.element for each in engine.tasks.open()]
    with Statements(engine) as counted:
        engine.tasks.foresee(1, values(notice=True), SAM)
    assert counted.commits == 0
    assert (engine.cases.variables(1), [each.element for each in engine.tasks.open()]) == before


def test_says_nothing_where_the_case_could_not_go_on(engine: Engine) -> None:
    assert engine.tasks.foresee(1, {"notice": "no boolean"}, SAM) is None


def test_a_task_that_has_ended_has_no_future(engine: Engine) -> None:
    engine.tasks.complete(1, values(), by=SAM)
    assert engine.tasks.foresee(1, values(), SAM) is None
