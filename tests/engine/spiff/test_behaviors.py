"""Multi-instance behaviors None and One: what is thrown as runs complete (BPMN 2.0.2 section 10.3.8, table 10.30)."""

from __future__ import annotations

import pytest

from tests.engine.lint.drawing import SIGNAL, draw, found
from tests.engine.spiff.cases import Case, bpmn

ROOTS = (
    '<signal id="sg" name="answered"/><signalEventDefinition id="told" signalRef="sg"/>'
    '<escalation id="es" name="late" escalationCode="LATE"/><escalationEventDefinition id="raised" escalationRef="es"/>'
)
ON_SIGNAL = '<signalEventDefinition id="sd" signalRef="sg"/>'
ON_ESCALATION = '<escalationEventDefinition id="ed" escalationRef="es"/>'


def case(behavior: str, caught: str = ON_SIGNAL, interrupts: bool = False, loop: str = "", host: str = "") -> Case:
    """Three are asked; a boundary event catches what the behavior throws, and goes on to a task."""
    ends = f'cancelActivity="{str(interrupts).lower()}"'
    loop = (
        f'<multiInstanceLoopCharacteristics {behavior} {loop} camunda:collection="= [1, 2, 3]" '
        'camunda:elementVariable="body"/>'
    )
    asked = host.format(loop) if host else f'<userTask id="a">{loop}</userTask>'
    body = (
        f'<startEvent id="s"/>{asked}<endEvent id="e"/><boundaryEvent id="b" attachedToRef="a" {ends}>{caught}</boundaryEvent>'
        '<userTask id="n"/><endEvent id="f"/>'
    )
    return Case(bpmn(body, "s>a a>e b>n n>f", ROOTS)).start()


NONE, ONE = 'behavior="None" noneBehaviorEventRef="told"', 'behavior="One" oneBehaviorEventRef="told"'


def test_none_throws_as_each_run_completes() -> None:
    asked = case(NONE)
    assert asked.complete("a").waiting == ["a", "a", "n"]
    assert asked.complete("a").waiting == ["a", "n", "n"]
    assert asked.complete("a").waiting == ["n", "n", "n"]
    assert asked.thrown == ["answered"] * 3


def test_one_throws_as_the_first_run_completes() -> None:
    asked = case(ONE)
    assert asked.complete("a").waiting == ["a", "a", "n"]
    assert asked.complete("a").complete("a").waiting == ["n"]
    assert asked.thrown == ["answered"]


def test_a_token_goes_on_when_all_have_completed() -> None:
    asked = case(ONE).complete("a").complete("n")
    assert not asked.done
    asked.complete("a").complete("a")
    assert asked.done
    assert asked.trace.count("e") == 1


def test_an_interrupting_boundary_event_ends_the_other_runs() -> None:
    asked = case(ONE, interrupts=True).complete("a")
    assert asked.waiting == ["n"]
    assert asked.cancelled == ["a", "a"]
    assert asked.complete("n").done
    assert "e" not in asked.trace


def test_the_last_run_that_throws_does_not_go_on_past_what_it_interrupted() -> None:
    asked = case(NONE, interrupts=True, loop='isSequential="true"').complete("a")
    assert asked.waiting == ["n"]
    assert asked.cancelled == []


def test_runs_one_after_another_each_throw() -> None:
    asked = case(NONE, loop='isSequential="true"')
    assert asked.complete("a").waiting == ["a", "n"]
    assert asked.complete("a").complete("a").waiting == ["n", "n", "n"]


@pytest.mark.parametrize(("completed", "counts"), [(1, (3, 2, 1)), (3, (3, 0, 3))])
def test_the_signal_carries_how_far_the_runs_are(completed: int, counts: tuple[int, int, int]) -> None:
    asked = case(NONE)
    for _ in range(completed):
        asked.complete("a")
    names = ("numberOfInstances", "numberOfActiveInstances", "numberOfCompletedInstances")
    assert tuple(asked.variables[name] for name in names) == counts


def test_an_escalation_is_caught_at_the_activity() -> None:
    asked = case('behavior="One" oneBehaviorEventRef="raised"', ON_ESCALATION).complete("a")
    assert asked.waiting == ["a", "a", "n"]


def test_a_subprocess_throws_as_each_of_its_runs_completes() -> None:
    inner = '<startEvent id="si"/><userTask id="u"/><endEvent id="ei"/>'
    flows = '<sequenceFlow id="i1" sourceRef="si" targetRef="u"/><sequenceFlow id="i2" sourceRef="u" targetRef="ei"/>'
    asked = case(NONE, host=f'<subProcess id="a">{{}}{inner}{flows}</subProcess>')
    assert sorted(asked.complete("u").waiting) == ["n", "u", "u"]
    assert asked.complete("u").complete("u").waiting == ["n", "n", "n"]


def test_all_throws_nothing() -> None:
    asked = case('behavior="All" oneBehaviorEventRef="told"').complete("a").complete("a").complete("a")
    assert asked.done
    assert asked.thrown == []


def _drawn(loop: str, roots: str) -> str:
    body = f'<startEvent id="s"/><task id="t"><multiInstanceLoopCharacteristics {loop}><loopCardinality>3</loopCardinality>'
    return draw(f'{body}</multiInstanceLoopCharacteristics></task><endEvent id="e"/>', "s>t t>e", roots)


@pytest.mark.parametrize(
    ("definition", "codes"),
    [
        ('<signalEventDefinition id="told" signalRef="g"/>', []),
        ('<signalEventDefinition id="told" signalRef="gone"/>', ["PW-422"]),
        ('<signalEventDefinition id="other" signalRef="g"/>', ["PW-422"]),
        ('<timerEventDefinition id="told"><timeDuration>P1D</timeDuration></timerEventDefinition>', ["PW-903"]),
    ],
)
def test_lint_asks_for_a_signal_or_an_escalation(definition: str, codes: list[str]) -> None:
    assert [each.code for each in found(_drawn(ONE, SIGNAL + definition)) if each.severity == "error"] == codes
