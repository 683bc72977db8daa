"""PW-9xx: what is passed over, and said."""

from __future__ import annotations

import pytest

from engine.lint import Finding
from tests.engine.lint.drawing import EXTENSIONS, MESSAGE, Case, around, draw, found, process, prove, whole

GOOD = around('<task id="t"/>')
LISTENER = EXTENSIONS.format('<camunda:executionListener event="start" class="x"/>')
ZEEBE = EXTENSIONS.format('<zeebe:taskDefinition type="pay"/>')
STEPS = '<startEvent id="s"/><task id="t"/><endEvent id="e"/>'


def _process(attributes: str, inner: str = "") -> str:
    return whole(process(inner + STEPS, "s>t t>e", attributes=f'isExecutable="true" {attributes}'))


def _flow(inner: str) -> str:
    flow = f'<sequenceFlow id="f" sourceRef="s" targetRef="e">{inner}</sequenceFlow>'
    return draw(f'<startEvent id="s"/><endEvent id="e"/>{flow}')


def _send(attributes: str) -> str:
    return around(f'<sendTask id="t" messageRef="m" {attributes}/>', roots=MESSAGE)


def _wait_for(inner: str) -> str:
    definition = f'<messageEventDefinition messageRef="m">{inner}</messageEventDefinition>'
    return around(f'<intermediateCatchEvent id="t">{definition}</intermediateCatchEvent>', roots=MESSAGE)


CASES = [
    Case("PW-906", around(f'<task id="t">{ZEEBE}</task>'), GOOD),
    Case("PW-916", around(f'<task id="t">{EXTENSIONS.format("<other:bar/>")}</task>'), GOOD),
    Case("PW-913", _process('camunda:candidateStarterUsers="ann"'), _process('camunda:candidateStarterGroups="seo"')),
    Case("PW-913", _process('camunda:jobPriority="5"'), _process('camunda:versionTag="5"')),
    Case("PW-913", _process("", LISTENER), _process("")),
    Case("PW-913", _flow(LISTENER), _flow("")),
    Case("PW-915", _send('operationRef="o"'), _send("")),
    Case("PW-915", _wait_for("<operationRef>o</operationRef>"), _wait_for("")),
    Case("PW-914", around('<task id="t" camunda:jobPriority="5"/>'), GOOD),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_ignored(case: Case) -> None:
    prove(case)


@pytest.mark.parametrize("xml", [_send('operationRef="o"'), _wait_for("<operationRef>o</operationRef>")])
def test_an_operation_beside_a_message_stops_no_deployment(xml: str) -> None:
    assert [one for one in found(xml, strict=True) if one.severity == "error"] == []


FORM = EXTENSIONS.format('<zeebe:formDefinition formId="f"/><zeebe:userTask/>')
USER_TASKS = "".join(f'<userTask id="u{n}">{FORM}</userTask>' for n in range(5))
CAMUNDA_8 = draw(
    f'<startEvent id="s"/>{USER_TASKS}<serviceTask id="v">{ZEEBE}</serviceTask><endEvent id="e"/>',
    "s>u0 u0>u1 u1>u2 u2>u3 u3>u4 u4>v v>e",
)


def _errors(xml: str) -> list[Finding]:
    return [one for one in found(xml, strict=True) if one.severity == "error"]


def test_a_file_made_for_camunda_8_is_one_error() -> None:
    [only] = _errors(CAMUNDA_8)
    assert only.code == "PW-906"
    assert "made for Camunda 8" in only.message
    assert "6 elements lack" in only.message
    assert "choose Camunda 7" in only.remedy


def test_a_drawing_of_camunda_8_that_needs_nothing_is_a_warning() -> None:
    platform = 'xmlns:modeler="http://camunda.org/schema/modeler/1.0" modeler:executionPlatform="Camunda Cloud" target'
    hits = [one for one in found(GOOD.replace("target", platform, 1)) if one.code == "PW-906"]
    assert [one.severity for one in hits] == ["warning"]


def test_the_extensions_of_spiffworkflow_are_said_to_be_ignored() -> None:
    xml = around('<task id="t"><extensionElements><spiff:preScript>a = 1</spiff:preScript></extensionElements></task>')
    xml = xml.replace("<bpmn:spiff:", "<spiff:").replace("</bpmn:spiff:", "</spiff:")
    xml = xml.replace("targetN", 'xmlns:spiff="http://spiffworkflow.org/bpmn/schema/1.0/core" targetN', 1)
    [hit] = [one for one in found(xml) if one.code == "PW-906"]
    assert "SpiffWorkflow" in hit.message


def test_a_generated_form_is_told_what_replaces_it() -> None:
    form = EXTENSIONS.format('<camunda:formData><camunda:formField id="a" type="string"/></camunda:formData>')
    errors = _errors(around(f'<userTask id="t" camunda:candidateGroups="seo">{form}</userTask>'))
    assert [one.code for one in errors] == ["PW-905"]
    assert "folder forms" in errors[0].remedy
    assert "camunda:formKey" in errors[0].remedy


def test_a_file_is_told_once_of_extensions_that_nobody_knows() -> None:
    xml = around(f'<task id="t">{EXTENSIONS.format("<other:bar/><other:bar/>")}</task>')
    messages = [each.message for each in found(xml) if each.code == "PW-916"]
    assert messages == ['the extension "bar" (http://example.org/other) is ignored.']
