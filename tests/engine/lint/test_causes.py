"""One cause gives one finding, and nothing is let through by that."""

from __future__ import annotations

import pytest

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


def test_another_fault_elsewhere_is_still_found() -> None:
    xml = draw(f'{TWO_TASKS}<serviceTask id="v"/>', "s>t t>gone u>v v>e")
    assert [one.code for one in found(xml) if one.severity == "error"] == ["PW-102", "PW-417"]
