"""One cause gives one finding, and nothing is let through by that."""

from __future__ import annotations

import pytest

from engine.lint import Known
from tests.engine.lint.drawing import around, draw, found

ENDS = '<startEvent id="s"/><endEvent id="e"/>'
TWO_TASKS = f'{ENDS}<task id="t"/><task id="u"/>'
MISSPELT = f'{ENDS}<userTsk id="t"/><laneSet><lane id="l"><flowNodeRef>t</flowNodeRef></lane></laneSet>'
CASES = {
    "a flow to nothing": (draw(TWO_TASKS, "s>t t>gone u>e"), "PW-102"),
    "a flow from nothing": (draw(TWO_TASKS, "s>t gone>u u>e"), "PW-102"),
    "an element that BPMN does not know": (draw(MISSPELT, "s>t t>e"), "PW-005"),
    "two tasks of one id": (draw(f'{ENDS}<task id="t"/><task id="t"/>', "s>t t>e"), "PW-001"),
    "a task without id": (draw(f'{ENDS}<task id="t"/><task/>', "s>t t>e"), "PW-002"),
    "a gateway without conditions": (
        draw(f'{TWO_TASKS}<exclusiveGateway id="g"/>', "s>g g>t g>u t>e u>e"),
        "PW-303",
    ),
    "a Java class": (around('<serviceTask id="t" camunda:class="org.example.Send"/>'), "PW-904"),
    "a connector": (
        around(
            '<serviceTask id="t"><extensionElements><camunda:connector/></extensionElements></serviceTask>',
        ),
        "PW-905",
    ),
    "a script in Python": (
        around('<scriptTask id="t" scriptFormat="python"><script>import ((</script></scriptTask>'),
        "PW-853",
    ),
    "a due date that there is not": (around('<userTask id="t" camunda:dueDate="2026-02-30"/>'), "PW-803"),
    "a due date of another engine": (around('<userTask id="t" camunda:dueDate="${now()}"/>'), "PW-852"),
    "a complex gateway": (
        draw(f'{TWO_TASKS}<complexGateway id="g"/>', "s>g g>t[a] g>u[b] t>e u>e"),
        "PW-901",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_one_cause_gives_one_error(name: str) -> None:
    xml, code = CASES[name]
    assert [one.code for one in found(xml) if one.severity == "error"] == [code]


def test_a_day_that_there_is_not_is_called_so_once() -> None:
    (one,) = [each for each in found(CASES["a due date that there is not"][0]) if "2026-02-30" in each.message]
    assert "there is no such day or time" in one.message


def test_another_fault_elsewhere_is_still_found() -> None:
    xml = draw(f'{TWO_TASKS}<serviceTask id="v"/>', "s>t t>gone u>v v>e")
    assert [one.code for one in found(xml) if one.severity == "error"] == ["PW-102", "PW-417"]


ASK = 'camunda:formKey="here/ask" camunda:candidateGroups="{}"'
ROLES = Known(roles=frozenset({"seo"}), forms={"here/ask": None})


def test_a_role_that_there_is_not_is_one_fault_wherever_it_is_named() -> None:
    tasks = "".join(f'<userTask id="{each}" name="Ask" {ASK.format("mayor")}/>' for each in "tuv")
    xml = draw(f"{ENDS}{tasks}", "s>t t>u u>v v>e")
    [one] = [each for each in found(xml, strict=True, known=ROLES) if each.code == "PW-704"]
    assert one.message == 'there is no role "mayor". It is named in 2 more places.'


def test_two_roles_that_there_are_not_are_two_faults() -> None:
    tasks = "".join(f'<userTask id="{each}" name="Ask" {ASK.format(each)}/>' for each in "tu")
    xml = draw(f"{ENDS}{tasks}", "s>t t>u u>e")
    codes = [each.code for each in found(xml, strict=True, known=ROLES)]
    assert codes.count("PW-704") == 2


def test_a_default_flow_of_another_gateway_is_one_fault() -> None:
    gateways = '<exclusiveGateway id="g" default="h_e"/><exclusiveGateway id="h" default="h_e"/><endEvent id="f"/>'
    xml = draw(f"{ENDS}{gateways}", "s>g g>h[a] g>f h>f[b] h>e")
    assert [one.code for one in found(xml) if one.severity == "error"] == ["PW-107"]


def test_what_a_lane_does_not_name_is_not_told_of_as_well() -> None:
    lanes = '<laneSet><lane id="l"><flowNodeRef>s</flowNodeRef><flowNodeRef>x</flowNodeRef></lane></laneSet>'
    codes = [one.code for one in found(around(f'{lanes}<task id="t"/>'))]
    assert [each for each in codes if each in ("PW-608", "PW-610")] == ["PW-608"]


def _script(name: str, text: str, result: str) -> str:
    return f'<scriptTask id="{name}" scriptFormat="feel" camunda:resultVariable="{result}"><script>= {text}</script></scriptTask>'


NAMES = Known(forms={}, settings={}, processes=frozenset())


def _names(xml: str) -> list[str]:
    return [one.message for one in found(xml, strict=True, known=NAMES) if one.code == "PW-870"]


def test_a_name_that_nothing_sets_is_one_fault_wherever_it_is_read() -> None:
    xml = draw(f"{ENDS}{_script('t', 'amount + 1', 'more')}{_script('u', 'amount + 2', 'most')}", "s>t t>u u>e")
    [said] = _names(xml)
    assert said.endswith('nothing can have set "amount", and in 1 more place.')


def test_a_name_that_is_not_set_since_the_one_that_sets_it_is_misspelt_follows() -> None:
    called = (
        '<process id="q" isExecutable="true"><startEvent id="qs"/><scriptTask id="qt" scriptFormat="feel" '
        'camunda:resultVariable="amount"><script>= 1</script></scriptTask><endEvent id="qe"/>'
        '<sequenceFlow id="q1" sourceRef="qs" targetRef="qt"/><sequenceFlow id="q2" sourceRef="qt" targetRef="qe"/></process>'
    )
    back = '<extensionElements><camunda:out source="amonut" target="amount"/></extensionElements>'
    call = f'<callActivity id="t" calledElement="q">{back}</callActivity>'
    xml = draw(f"{ENDS}{call}{_script('u', 'amount + 2', 'most')}", "s>t t>u u>e", called)
    [said] = _names(xml)
    assert "amonut" in said
