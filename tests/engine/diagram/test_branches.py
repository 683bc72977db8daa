"""What follows each answer to a task, in words."""

from __future__ import annotations

from engine.diagram import branches, read
from tests.engine.spiff.cases import bpmn

ENDS = '<endEvent id="e1" name="Nothing more"/><endEvent id="e2"/>'


def ways(body: str, sequence: str, **names: str) -> list[tuple[str, tuple[str, ...]]]:
    """What follows the task ``a``; ``names`` are those of flows."""
    xml = bpmn(f'<userTask id="a" name="Decide"/>{body}', sequence).decode()
    for flow, name in names.items():
        xml = xml.replace(f'id="{flow}"', f'id="{flow}" name="{name}"')
    diagram = read(xml.encode(), "p.bpmn")
    return [(each.answer, each.then) for each in branches(diagram, diagram.elements["a"])]


def test_each_answer_says_what_follows() -> None:
    body = f'<exclusiveGateway id="g" name="Which?"/><userTask id="b" name="Both decide"/>{ENDS}'
    found = ways(body, "a>g g>b[x] g>e1[y]", f_g_b="Escalate", f_g_e1="No action")
    assert found == [("Escalate", ("Both decide",)), ("No action", ("Nothing more",))]


def test_a_bare_yes_comes_with_its_question() -> None:
    found = ways(
        f'<exclusiveGateway id="g" name="Is it enough?"/>{ENDS}', "a>g g>e1[x] g>e2[y]", f_g_e1="Yes", f_g_e2="No"
    )
    assert found[0][0] == "Is it enough? Yes"


def test_what_is_chosen_later_stands_with_what_is_chosen_first() -> None:
    body = f'<exclusiveGateway id="g"/><exclusiveGateway id="h"/><userTask id="b" name="Go"/>{ENDS}'
    found = ways(
        body, "a>g g>h[x] g>e1[y] h>b[z] h>e2[w]", f_g_h="Escalate", f_g_e1="Stop", f_h_b="Maintained", f_h_e2="Academy"
    )
    assert [answer for answer, _ in found] == ["Escalate, Maintained", "Escalate, Academy", "Stop"]


def test_an_end_without_a_name_says_nothing_of_what_comes() -> None:
    assert ways(f'<exclusiveGateway id="g"/>{ENDS}', "a>g g>e1[x] g>e2[y]", f_g_e2="Leave it")[1] == ("Leave it", ())


def test_what_is_done_at_once_stands_together() -> None:
    body = f'<parallelGateway id="g"/><userTask id="b" name="Ask"/><userTask id="c" name="Tell"/>{ENDS}'
    assert ways(body, "a>g g>b g>c b>e1 c>e2") == [("", ("Ask", "Tell"))]


def test_a_circle_of_gateways_ends() -> None:
    body = '<exclusiveGateway id="g"/><exclusiveGateway id="h"/>'
    assert ways(body, "a>g g>h h>g") == []
