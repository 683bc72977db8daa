"""PW-12x: tokens that wait for ever, or come together without a join."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.diagram import read
from engine.lint import Finding, Known, check
from engine.lint.markings import Budget, explore
from tests.engine.lint.drawing import (
    ERROR,
    MESSAGE,
    ON_MESSAGE,
    TIMER,
    Case,
    draw,
    flows,
    found,
    inside,
    parsed,
    prove,
    whole,
)

ENDS = '<startEvent id="s"/><endEvent id="e"/>'
TASKS = '<task id="a"/><task id="b"/>'
XOR = '<exclusiveGateway id="g" default="g_b"/>'
BASE = f"{ENDS}{TASKS}"
CHOICE_INTO_JOIN = draw(f'{BASE}{XOR}<parallelGateway id="j"/>', "s>g g>a[x] g>b a>j b>j j>e")
CHOICE = draw(f'{BASE}{XOR}<exclusiveGateway id="j"/>', "s>g g>a[x] g>b a>j b>j j>e")
SPLIT = draw(f'{BASE}<parallelGateway id="g"/><parallelGateway id="j"/>', "s>g g>a g>b a>j b>j j>e")
SPLIT_INTO_MERGE = draw(
    f'{BASE}<task id="c"/><parallelGateway id="g"/><exclusiveGateway id="j"/>', "s>g g>a g>b a>j b>j j>c c>e"
)
WAY_OUT = f'{BASE}{XOR}<endEvent id="f"/><parallelGateway id="w"/><parallelGateway id="j"/><task id="c"/>'
ONE_BRANCH_MAY_END = draw(WAY_OUT, "s>w w>g w>c g>a[x] g>b a>f b>j c>j j>e")
MANY = 16
WIDE = (
    f'{ENDS}<parallelGateway id="w"/><parallelGateway id="j"/>'
    + "".join(f'<exclusiveGateway id="g{n}" default="g{n}_j"/><task id="a{n}"/>' for n in range(MANY)),
    "s>w j>e " + " ".join(f"w>g{n} g{n}>a{n}[x] a{n}>g{n} g{n}>j" for n in range(MANY)),
)

CASES = [
    Case("PW-121", CHOICE_INTO_JOIN, CHOICE),
    Case(
        "PW-121", draw(f'{ENDS}<task id="a" startQuantity="2"/>', "s>a a>e"), draw(f'{ENDS}<task id="a"/>', "s>a a>e")
    ),
    Case("PW-122", ONE_BRANCH_MAY_END, SPLIT),
    Case("PW-123", SPLIT_INTO_MERGE, SPLIT),
    Case("PW-124", draw(*WIDE), SPLIT),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_tokens(case: Case) -> None:
    prove(Case(case.code, case.bad, case.good, strict=False, also=case.also))


def _told(xml: str) -> list[str]:
    """What is found of tokens: the severity and the element of each."""
    return [f"{one.severity} {one.element}" for one in _tokens(found(xml, strict=True))]


def _tokens(findings: list[Finding]) -> list[Finding]:
    return [one for one in findings if one.code.startswith("PW-12")]


LOOP = f'{BASE}<task id="c"/><exclusiveGateway id="x" default="x_e"/><parallelGateway id="g"/><parallelGateway id="j"/>'
INCLUSIVE = f'{BASE}<inclusiveGateway id="g" default="g_b"/><inclusiveGateway id="j"/>'
REPLY = '<boundaryEvent id="r" attachedToRef="a" cancelActivity="{}">' + ON_MESSAGE + "</boundaryEvent>"
LATE = f'<boundaryEvent id="r" attachedToRef="a" cancelActivity="false">{TIMER}</boundaryEvent><endEvent id="f"/>'
MERGE = f'<parallelGateway id="g"/><exclusiveGateway id="k"/><parallelGateway id="j"/>{BASE}'
MERGED = "s>g g>a g>b a>k r>k k>j b>j j>e"
ASIDE = (
    '<subProcess id="h" triggeredByEvent="true"><startEvent id="hs" isInterrupting="{}">'
    + ON_MESSAGE
    + '</startEvent><endEvent id="he"/>'
    + flows("hs>he")
    + "</subProcess>"
)
DEADLOCK = f'{BASE}{XOR}<parallelGateway id="j"/>'
DEADLOCKED = "s>g g>a[x] g>b a>j b>j j>e"
SOUND = {
    "a choice": CHOICE,
    "a split and its join": SPLIT,
    "an inclusive split and its join": draw(INCLUSIVE, "s>g g>a[x] g>b a>j b>j j>e"),
    "a loop back to before the split": draw(
        f'{LOOP}<exclusiveGateway id="m"/>', "s>m m>g g>a g>b a>j b>j j>c c>x x>m[again] x>e"
    ),
    "a reminder beside a task": draw(f"{BASE}{LATE}", "s>a a>b b>e r>f", MESSAGE),
    "a reminder beside a task in a loop": draw(
        f'{BASE}{LATE}<exclusiveGateway id="x" default="x_e"/>', "s>a a>x x>a[again] x>e r>b b>f", MESSAGE
    ),
    "an interrupting event that takes its task's way": draw(MERGE + REPLY.format("true"), MERGED, MESSAGE),
    "links": draw(
        ENDS + '<intermediateThrowEvent id="o"><linkEventDefinition name="l"/></intermediateThrowEvent>'
        '<intermediateCatchEvent id="i"><linkEventDefinition name="l"/></intermediateCatchEvent>',
        "s>o i>e",
    ),
    "a branch that is terminated": draw(
        f'{BASE}<endEvent id="f"><terminateEventDefinition/></endEvent><parallelGateway id="g"/>', "s>g g>a g>b a>e b>f"
    ),
    "an error that leaves a subprocess": inside(
        '<startEvent id="x"/><parallelGateway id="g"/><exclusiveGateway id="d" default="d_j"/>'
        '<endEvent id="w"><errorEventDefinition errorRef="x1"/></endEvent><task id="u"/><parallelGateway id="j"/>'
        '<endEvent id="y"/>',
        "x>g g>d g>u d>w[bad] d>j u>j j>y",
        roots=ERROR.replace('id="x"', 'id="x1"'),
        beside='<boundaryEvent id="k" attachedToRef="t"><errorEventDefinition errorRef="x1"/></boundaryEvent>'
        f'<endEvent id="q"/>{flows("k>q")}',
    ),
}


@pytest.mark.parametrize("name", SOUND)
def test_what_is_sound_is_not_told_off(name: str) -> None:
    assert _told(SOUND[name]) == []


UNSOUND = {
    "a choice into a join, by way of tasks": (CHOICE_INTO_JOIN, ["error j"]),
    "a choice into a join, straight": (
        draw(f'{ENDS}{XOR}<task id="b"/><parallelGateway id="j"/>', "s>g g>j[x] g>b b>j j>e"),
        ["error j"],
    ),
    "a loop straight into a join": (draw(LOOP, "s>g g>a g>b a>j b>j j>c c>x x>j[again] x>e"), ["error j"]),
    "a split into a merge": (SPLIT_INTO_MERGE, ["warning j"]),
    "a split straight into a task": (
        draw(f'{BASE}<task id="c"/><parallelGateway id="g"/>', "s>g g>a g>b a>c b>c c>e"),
        ["warning c"],
    ),
    "a branch that may end": (ONE_BRANCH_MAY_END, ["warning j"]),
    "a second token of a branch": (draw(MERGE + REPLY.format("false"), MERGED, MESSAGE), ["warning j"]),
    "a deadlock inside a subprocess": (
        inside(
            f'<startEvent id="x"/>{TASKS}{XOR}<parallelGateway id="j"/><endEvent id="y"/>',
            "x>g g>a[x] g>b a>j b>j j>y",
        ),
        ["error j"],
    ),
    "a deadlock that a message could end": (draw(DEADLOCK + ASIDE.format("true"), DEADLOCKED, MESSAGE), ["error j"]),
    "an inclusive split into a parallel join": (
        draw(INCLUSIVE.replace('inclusiveGateway id="j"', 'parallelGateway id="j"'), "s>g g>a[x] g>b a>j b>j j>e"),
        ["error j"],
    ),
}


@pytest.mark.parametrize("name", UNSOUND)
def test_what_is_unsound_is_told_once(name: str) -> None:
    xml, told = UNSOUND[name]
    assert _told(xml) == told


def test_what_is_never_reached_behind_a_join_is_counted() -> None:
    xml = draw(f'{DEADLOCK}<task id="c"/>', "s>g g>a[x] g>b a>j b>j j>c c>e")
    [hit] = _tokens(found(xml))
    assert "2 elements are never reached" in hit.message


def test_the_bound_is_said_and_nothing_else_claimed() -> None:
    hits = _tokens(found(draw(*WIDE), strict=True))
    assert [(one.code, one.severity) for one in hits] == [("PW-124", "warning")]
    assert '"p" has too many markings' in hits[0].message


def test_the_budget_is_one_for_a_file() -> None:
    diagram = parsed(draw(*WIDE))
    budget = Budget(markings=50)
    assert explore(diagram, "p", budget).markings == 50
    assert explore(diagram, "p", budget).markings == 0


def test_the_same_diagram_gives_the_same() -> None:
    first, second = (explore(parsed(ONE_BRANCH_MAY_END), "p", Budget()) for _ in range(2))
    assert first == second


def test_of_plain_diagrams_a_dead_join_is_a_warning() -> None:
    assert [one.severity for one in _tokens(found(CHOICE_INTO_JOIN, strict=False))] == ["warning"]


def test_several_processes_are_each_explored() -> None:
    steps = f"{DEADLOCK}{flows(DEADLOCKED)}"
    two = "".join(f'<process id="p{n}" isExecutable="true">{_renamed(steps, n)}</process>' for n in range(2))
    assert _told(whole(two)) == ["error j0", "error j1"]


def _renamed(steps: str, number: int) -> str:
    for name in ("id", "sourceRef", "targetRef", "default"):
        for key in ("s", "e", "a", "b", "g", "j", "s_g", "g_a", "g_b", "a_j", "b_j", "j_e"):
            steps = steps.replace(f'{name}="{key}"', f'{name}="{key}{number}"')
    return steps


SHIPPED = sorted((Path(__file__).parents[3] / "processes").rglob("*.bpmn"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_our_own_diagrams_have_no_dead_ends(path: Path) -> None:
    diagram = read(path.read_bytes(), path.name)
    assert [str(one) for one in _tokens(check([diagram], Known()))] == []
