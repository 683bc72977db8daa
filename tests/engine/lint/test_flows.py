"""PW-1xx: sequence flows."""

from __future__ import annotations

import pytest

from tests.engine.lint.drawing import Case, around, draw, flows, found, inside, process, prove, whole

GOOD = around('<task id="t"/>')
START_END = '<startEvent id="s"/><endEvent id="e"/>'
SUB = '<startEvent id="a"/><task id="b"/><endEvent id="c"/>'
CHOICE = '<exclusiveGateway id="t" default="t_e"/><task id="u"/>'
LOOP = START_END + '<task id="t"/><task id="u"/><task id="v"/>'


def _declares(side: str, ref: str) -> str:
    return around(f'<task id="t"><{side}>{ref}</{side}></task>')


CASES = [
    Case("PW-101", around('<task id="t"/><sequenceFlow id="f" sourceRef="t"/>'), GOOD),
    Case("PW-102", around('<task id="t"/>', "s>t t>e t>nowhere"), GOOD),
    Case("PW-102", around('<task id="t"/><textAnnotation id="n"/>', "s>t t>e t>n"), GOOD),
    Case(
        "PW-103",
        whole(
            process(START_END + '<task id="t"/>', "s>t t>e t>u")
            + process('<startEvent id="s2"/><task id="u"/><endEvent id="e2"/>', "s2>u u>e2", "q")
        ),
        GOOD,
    ),
    Case("PW-104", inside(SUB, "a>b b>c b>e"), inside(SUB, "a>b b>c")),
    Case(
        "PW-105",
        around(f'<subProcess id="t">{SUB}</subProcess>' + flows("a>b b>c")),
        inside(SUB, "a>b b>c"),
    ),
    Case("PW-106", around('<task id="t"/>', "s>t[a] t>e"), GOOD),
    Case(
        "PW-106",
        around('<parallelGateway id="t"/><task id="u"/>', "s>t t>u[a] t>e u>e"),
        around('<parallelGateway id="t"/><task id="u"/>', "s>t t>u t>e u>e"),
    ),
    Case("PW-107", around('<task id="t" default="s_t"/>'), around('<task id="t" default="t_e"/>')),
    Case("PW-108", around(CHOICE, "s>t t>u[a] t>e[b] u>e"), around(CHOICE, "s>t t>u[a] t>e u>e")),
    Case("PW-109", around('<parallelGateway id="t" default="t_e"/>'), around('<task id="t" default="t_e"/>')),
    Case(
        "PW-110", around('<task id="t"/>', "s>t t>e[a]"), around('<task id="t"/><task id="u"/>', "s>t t>e[a] t>u u>e")
    ),
    Case("PW-111", _declares("incoming", "t_e"), _declares("incoming", "s_t")),
    Case("PW-111", _declares("outgoing", "gone"), _declares("outgoing", "t_e")),
    Case(
        "PW-112",
        around('<task id="t"/><sequenceFlow id="f" sourceRef="s" targetRef="e" isImmediate="false"/>'),
        around('<task id="t"/><sequenceFlow id="f" sourceRef="s" targetRef="e" isImmediate="true"/>'),
    ),
    Case("PW-113", draw(LOOP, "s>t t>e u>v v>u u>e"), GOOD),
    Case("PW-114", draw(LOOP, "s>t t>e s>u u>v v>u"), draw(LOOP, "s>t t>e s>u u>v v>u v>e")),
    Case("PW-115", draw(LOOP, "s>t t>u u>e v>e"), GOOD),
    Case("PW-116", draw(LOOP, "s>t t>u u>e t>v"), GOOD),
    Case(
        "PW-117",
        draw(
            START_END + '<userTask id="t" name="T" camunda:formKey="f" camunda:assignee="a"/>'
            '<exclusiveGateway id="g" default="g_e"/>',
            "s>t t>g g>t[again] g>e",
        ),
        draw(START_END, "s>e"),
        strict=True,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_flows(case: Case) -> None:
    prove(case)


def test_a_wrong_end_says_what_it_names_instead() -> None:
    findings = found(around('<task id="t"/><dataObject id="d"/>', "s>t t>e t>d"))
    assert any('"d" is a dataObject' in one.message for one in findings)


def test_an_endless_loop_with_a_way_out_over_a_border_is_no_dead_end() -> None:
    timer = "<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>"
    border = f'<boundaryEvent id="b" attachedToRef="u">{timer}</boundaryEvent>'
    xml = draw(LOOP + border, "s>u u>v v>u b>t t>e")
    assert "PW-114" not in {one.code for one in found(xml)}


def test_handlers_and_event_subprocesses_need_no_flows() -> None:
    handler = (
        '<task id="t"/><task id="undo" isForCompensation="true"/><association id="l" sourceRef="b" targetRef="undo"/>'
        '<boundaryEvent id="b" attachedToRef="t"><compensateEventDefinition/></boundaryEvent>'
    )
    assert found(around(handler)) == []
