"""PW-23x: errors and escalations, in one diagram and over all of an authority."""

from __future__ import annotations

import pytest

from engine.feel import Feel
from engine.lint import Finding, Known
from engine.lint.bundle import check_bundle, read_bundle
from tests.engine.lint.drawing import (
    ERROR,
    ESCALATION,
    MESSAGE,
    ON_MESSAGE,
    TIMER,
    Case,
    around,
    draw,
    inside,
    parsed,
    prove,
)

OTHER = ESCALATION.replace('"UP"', '"UPP"')
ON_ERROR = '<errorEventDefinition errorRef="x"/>'
ON_ESCALATION = '<escalationEventDefinition escalationRef="upwards"/>'


def border(definition: str, host: str = "t") -> str:
    return f'<boundaryEvent id="b" attachedToRef="{host}">{definition}</boundaryEvent>'


def ends_with(definition: str, beside: str = "") -> str:
    """A subprocess t whose end throws, and what stands on its border."""
    body = f'<startEvent id="a"/><endEvent id="c">{definition}</endEvent>'
    flow = '<sequenceFlow id="f" sourceRef="b" targetRef="e"/>' if beside else ""
    return inside(body, "a>c", roots=ERROR + ESCALATION, beside=beside + flow)


def beside(host: str, definition: str) -> str:
    """An event on the border of an activity."""
    return around(host + border(definition), "s>t t>e b>e", MESSAGE)


QUIET = ends_with("", border(ON_ESCALATION))
CASES = [
    Case("PW-228", ends_with(ON_ERROR), ends_with(ON_ERROR, border(ON_ERROR))),
    Case("PW-228", ends_with(ON_ESCALATION), ends_with(ON_ESCALATION, border(ON_ESCALATION))),
    Case("PW-230", QUIET, ends_with(ON_ESCALATION, border(ON_ESCALATION)), strict=True),
    Case("PW-230", ends_with(ON_ESCALATION, border(ON_ERROR)), ends_with(ON_ERROR, border(ON_ERROR)), strict=True),
    Case("PW-231", beside('<scriptTask id="t"/>', TIMER), beside('<receiveTask id="t" messageRef="m"/>', TIMER)),
    Case(
        "PW-231",
        beside('<sendTask id="t" messageRef="m"/>', ON_MESSAGE),
        beside('<userTask id="t"/>', ON_MESSAGE),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_codes(case: Case) -> None:
    prove(case)


# -- over several diagrams ----------------------------------------------------------------------------------------


def throws(roots: str = ESCALATION) -> str:
    """A process that is called, and throws when it ends."""
    return draw(f'<startEvent id="s"/><endEvent id="e">{ON_ESCALATION}</endEvent>', "s>e", roots, "q")


def catches(roots: str = ESCALATION) -> str:
    """A process that calls it, and catches."""
    call = '<callActivity id="t" calledElement="q"/>' + border(ON_ESCALATION)
    return around(call, "s>t t>e b>e", roots)


def deployed(drawn: str, *others: str) -> list[Finding]:
    """What is found of codes when one diagram is deployed beside others."""
    there = tuple(parsed(xml, f"deployed-{number}.bpmn") for number, xml in enumerate(others))
    bundle = read_bundle({"new.bpmn": drawn.encode()}, "", True, Feel.shared())
    found = check_bundle(bundle, Known(others=there, whole=True), Feel.shared(), True)
    return [one for one in found if one.code in ("PW-228", "PW-230")]


def test_what_a_called_process_throws_its_caller_catches() -> None:
    assert deployed(catches(), throws()) == []


def test_a_slip_where_a_code_is_caught_is_named() -> None:
    [one] = deployed(catches(OTHER), throws())
    assert (one.file, one.code) == ("new.bpmn", "PW-230")
    assert one.remedy.startswith('Did you mean "UP"?')


def test_a_slip_where_a_code_is_thrown_is_found_at_both_ends() -> None:
    found = {(one.file, one.code) for one in deployed(throws(OTHER), catches(), throws())}
    assert found == {("new.bpmn", "PW-228"), ("deployed-0.bpmn", "PW-230")}


def test_what_an_unknown_process_throws_is_not_known() -> None:
    assert deployed(catches()) == []
