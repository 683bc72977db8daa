"""PW-7xx: forms, roles, decision tables, called processes, topics."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.decisions import parse_decisions
from engine.forms import Form, load_form
from engine.lint import Known, check
from tests.engine.lint.drawing import Case, around, draw, found, inputs, parsed, process, prove, whole
from tests.engine.spiff.cases import prop

KNOWN = Known(
    forms={"here/form": None},
    roles=frozenset({"seo", "clerk"}),
    decisions={"category": None},
    processes=frozenset({"other"}),
    reports=frozenset({"here/quarterly"}),
)
FILES = {"type": "default", "id": "f", "components": [{"type": "filepicker", "key": "minutes", "label": "Minutes"}]}
DUE = 'camunda:dueDate="P7D"'
FORM, ROLE, NAME = 'camunda:formKey="here/form"', 'camunda:candidateGroups="seo, clerk"', 'name="Answer"'


def _user(*attributes: str) -> str:
    return around(f'<userTask id="t" {" ".join(attributes)}/>')


def _asks(*attributes: str, **properties: str) -> str:
    return _task("userTask", " ".join((FORM, ROLE, NAME, *attributes)), prop(**properties))


def _halves(form: str) -> str:
    """Two halves of a decision, of which the second has this form."""
    second = f'<userTask id="u" camunda:formKey="{form}" {ROLE} name="Second">{prop(separateFrom="t")}</userTask>'
    return around(f"<userTask id='t' {FORM} {ROLE} {NAME}/>{second}", "s>t t>u u>e")


def _task(kind: str, attributes: str, inner: str = "") -> str:
    return around(f'<{kind} id="t" {attributes}>{inner}</{kind}>')


def _notice(**given: str) -> str:
    attributes = 'camunda:type="external" camunda:topic="notify"'
    return _task("sendTask", attributes, inputs(**({"to": "seo", "subject": "Hello", "text": "Read"} | given)))


def _topic(topic: str, attributes: str = "", **given: str) -> str:
    return _task("serviceTask", f'camunda:type="external" camunda:topic="{topic}" {attributes}', inputs(**given))


def _each(value: str) -> str:
    return draw(f'<startEvent id="s">{prop(forEach=value)}</startEvent><endEvent id="e"/>', "s>e")


def _started(groups: str) -> str:
    attributes = f'isExecutable="true" camunda:candidateStarterGroups="{groups}"'
    return whole(process('<startEvent id="s"/><endEvent id="e"/>', "s>e", attributes=attributes))


def _seen(roles: str) -> str:
    return draw(f'{prop(visibleTo=roles)}<startEvent id="s"/><endEvent id="e"/>', "s>e")


GOOD = _user(FORM, ROLE, NAME)

TABLE = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="f" name="F" namespace="http://example.org">
<decision id="d" name="D"><decisionTable id="dt" hitPolicy="COLLECT"><input id="i"><inputExpression id="ie"><text>a</text>
</inputExpression></input><output id="o" name="level"/></decisionTable></decision></definitions>"""
COLLECTING = Known(decisions=parse_decisions(TABLE.encode(), "d.dmn"))


def _decides(how: str) -> str:
    return _task(
        "businessRuleTask", f'camunda:decisionRef="d" camunda:mapDecisionResult="{how}" camunda:resultVariable="r"'
    )


STRICT = [
    Case("PW-701", _user(ROLE, NAME), GOOD),
    Case("PW-702", _user(FORM, NAME), GOOD),
    Case("PW-703", _user(ROLE, NAME, 'camunda:formKey="here/gone"'), GOOD),
    Case("PW-703", draw('<startEvent id="s" camunda:formKey="gone"/><endEvent id="e"/>', "s>e"), GOOD),
    Case("PW-704", _user(FORM, NAME, 'camunda:candidateGroups="seo,mayor"'), GOOD),
    Case(
        "PW-704",
        _user(FORM, NAME, ROLE.replace("clerk", "mayor")),
        _user(FORM, NAME, 'camunda:candidateGroups="=school.category"'),
    ),
    Case(
        "PW-721", _user(FORM, NAME, 'camunda:assignee="seo"'), _user(FORM, NAME, 'camunda:assignee="sam@example.org"')
    ),
    Case(
        "PW-705",
        _task("businessRuleTask", 'camunda:decisionRef="gone"'),
        _task("businessRuleTask", 'camunda:decisionRef="category"'),
    ),
    Case("PW-706", _task("callActivity", 'calledElement="gone"'), _task("callActivity", 'calledElement="other"')),
    Case("PW-707", _task("serviceTask", 'camunda:type="external" camunda:topic="launch"'), _notice()),
    Case("PW-708", _started("seo, mayor"), _started("seo, clerk")),
    Case("PW-709", _started(""), _started("seo")),
    Case("PW-723", _asks(report="here/quartely"), _asks(report="here/quarterly")),
    Case("PW-722", _seen("seo, clerc"), _seen("seo, clerk")),
    Case("PW-722", _seen(" "), _seen("seo")),
    Case("PW-710", _notice(text=""), _notice()),
    Case("PW-711", _notice(to="seo, mayor"), _notice(to="=school.category")),
    Case(
        "PW-712", _user(FORM, ROLE, NAME, 'camunda:priority="high"'), _user(FORM, ROLE, NAME, 'camunda:priority="70"')
    ),
    Case("PW-713", _user(FORM, ROLE), GOOD),
    Case(
        "PW-715",
        _topic("live-cases", 'camunda:resultVariable="found"', process="othr"),
        _topic("live-cases", 'camunda:resultVariable="found"', process="other"),
        known=KNOWN,
    ),
    Case("PW-715", _topic("category", reason="why"), _topic("category", category="high")),
    Case(
        "PW-715", _topic("live-cases", process="p"), _topic("live-cases", 'camunda:resultVariable="found"', process="p")
    ),
    Case("PW-716", _each("pupil"), _each("school")),
    Case("PW-717", _asks(prefill="always"), _asks(prefill="last")),
    Case("PW-717", _asks(onBehalf="seo", noAnswer="= {}"), _asks(DUE, onBehalf="seo", noAnswer="= {}")),
    Case("PW-719", _asks(separateFrom="t"), _asks()),
    Case("PW-704", _asks(onBehalf="seo, mayor"), _asks(onBehalf="seo, clerk")),
    Case("PW-716", _each("school").replace('name="forEach"', 'name="forEachWhen"'), _each("school")),
    Case("PW-716", around(f'<manualTask id="t">{prop(forEach="school")}</manualTask>'), _each("school")),
    Case("PW-714", _notice().replace('camunda:type="external"', ""), _notice()),
]
CASES = [Case(one.code, one.bad, one.good, strict=True, known=KNOWN) for one in STRICT]
CASES.append(Case("PW-718", _decides("singleEntry"), _decides("collectEntries"), known=COLLECTING))
WIDER = TABLE.replace('name="level"/>', 'name="level"/><output id="o2" name="why"/>')
TWO = Known(decisions=parse_decisions(WIDER.encode(), "d.dmn"))
CASES.append(Case("PW-720", _decides("collectEntries"), _decides("resultList"), known=TWO))
ASKING = replace(KNOWN, forms={"here/form": load_form(FILES)})


def _form(**more: object) -> Form:
    return load_form(
        {"type": "default", "id": "f", "components": [{"type": "textfield", "key": "why", "label": "Why", **more}]}
    )


for other in (_form(key="reason"), _form(readonly=True)):
    halves = replace(KNOWN, forms={"here/form": _form(), "here/other": other})
    CASES.append(Case("PW-724", _halves("here/form"), _halves("here/other"), strict=True, known=halves))
BEGINS = draw(f'<startEvent id="s" {FORM}/><endEvent id="e"/>', "s>e")
CASES.append(Case("PW-747", BEGINS, GOOD, strict=True, known=ASKING))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_references(case: Case) -> None:
    prove(case)


def test_plain_diagrams_need_no_forms_and_no_roles() -> None:
    assert found(_user(), known=KNOWN) == []
    assert {one.code for one in found(_user(), strict=True, known=KNOWN)} >= {"PW-701", "PW-702"}


def test_what_is_not_known_is_not_checked() -> None:
    assert not [one for one in found(GOOD, strict=True) if one.severity == "error"]


def test_a_called_process_may_be_deployed_with_its_caller() -> None:
    caller = parsed(_task("callActivity", 'calledElement="q"'), "p.bpmn")
    called = parsed(draw('<startEvent id="s"/><endEvent id="e"/>', "s>e", key="q"), "q.bpmn")
    assert [one.code for one in check([caller], KNOWN, strict=False)] == ["PW-706"]
    assert check([caller, called], KNOWN, strict=False) == []
