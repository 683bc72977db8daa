"""PW-2xx: events."""

from __future__ import annotations

import pytest

from engine.diagram.names import EVENT_DEFINITIONS
from tests.engine.lint.drawing import (
    ERROR,
    ESCALATION,
    MESSAGE,
    ON_CONDITION,
    ON_MESSAGE,
    ON_SIGNAL,
    SIGNAL,
    TIMER,
    Case,
    around,
    draw,
    flows,
    found,
    inside,
    prove,
)

ROOTS = MESSAGE + SIGNAL + ERROR + ESCALATION
SUB = '<startEvent id="a"/><endEvent id="c"/>'
NONE_REF = "<{}EventDefinition/>"


def _event(kind: str, definition: str, key: str = "t", sequence: str = "s>t t>e") -> str:
    return around(f'<{kind} id="{key}">{definition}</{kind}>', sequence, ROOTS)


def _catch(definition: str, sequence: str = "s>t t>e") -> str:
    return _event("intermediateCatchEvent", definition, sequence=sequence)


def _throw(definition: str, sequence: str = "s>t t>e") -> str:
    return _event("intermediateThrowEvent", definition, sequence=sequence)


def _border(definition: str, attributes: str = "", sequence: str = "s>t t>e b>e", host: str = "t") -> str:
    border = f'<boundaryEvent id="b" attachedToRef="{host}" {attributes}>{definition}</boundaryEvent>'
    return around(f'<task id="t"/>{border}', sequence, ROOTS)


def _aside(definition: str, attributes: str = "", flag: str = 'triggeredByEvent="true"') -> str:
    """An event subprocess beside a task."""
    inner = f'<startEvent id="a" {attributes}>{definition}</startEvent><endEvent id="c"/>'
    return around(f'<task id="t"/><subProcess id="u" {flag}>{inner}{flows("a>c")}</subProcess>', roots=ROOTS)


def _link(*parts: str, sequence: str = "s>t t>l k>e") -> str:
    return around("".join(('<task id="t"/>', *parts)), sequence, ROOTS)


def _link_event(direction: str, key: str, name: str = "over", more: str = "") -> str:
    kind = f"intermediate{direction}Event"
    return f'<{kind} id="{key}"><linkEventDefinition name="{name}"/>{more}</{kind}>'


L, K = _link_event("Throw", "l"), _link_event("Catch", "k")
LINKED = _link(L, K)
GOOD = around('<task id="t"/>')
CANCEL = "<cancelEventDefinition/>"
TRANSACTION = '<startEvent id="a"/><endEvent id="c"><cancelEventDefinition/></endEvent>'
CAUGHT = (
    f'<boundaryEvent id="b" attachedToRef="t">{CANCEL}</boundaryEvent>'
    '<sequenceFlow id="f" sourceRef="b" targetRef="e"/>'
)
TWICE = '<boundaryEvent id="d" attachedToRef="t"><errorEventDefinition errorRef="x"/></boundaryEvent>'
STARTS = (
    f'<startEvent id="s">{ON_MESSAGE}</startEvent><startEvent id="r">{{}}</startEvent><task id="t"/><endEvent id="e"/>'
)

CASES = [
    Case("PW-201", around('<task id="t"/>', "s>t t>e t>s"), GOOD),
    Case("PW-202", around('<task id="t"/><startEvent id="r"/>'), GOOD),
    Case("PW-203", around('<task id="t"/>', "s>t t>e e>t"), GOOD),
    Case("PW-204", around('<task id="t"/><endEvent id="f"/>'), GOOD),
    Case("PW-205", _catch(TIMER, "s>e t>e"), _catch(TIMER)),
    Case("PW-206", _throw(ON_SIGNAL, "s>t s>e"), _throw(ON_SIGNAL)),
    Case("PW-207", _border(TIMER, sequence="s>t t>e b>e s>b"), _border(TIMER)),
    Case("PW-208", _border(TIMER, sequence="s>t t>e"), _border(TIMER)),
    Case("PW-209", _border(TIMER, host="gone"), _border(TIMER)),
    Case("PW-209", _border(TIMER, host=""), _border(TIMER)),
    Case("PW-209", _border(TIMER, host="s"), _border(TIMER)),
    Case(
        "PW-209",
        inside(SUB, "a>c", beside=f'<boundaryEvent id="b" attachedToRef="a">{TIMER}</boundaryEvent>'),
        inside(SUB, "a>c"),
    ),
    Case("PW-210", _event("startEvent", '<errorEventDefinition errorRef="x"/>'), GOOD),
    Case("PW-210", _border("<terminateEventDefinition/>"), _border(ON_CONDITION)),
    Case("PW-211", _catch(""), _catch(ON_CONDITION)),
    Case("PW-211", _border(""), _border(ON_SIGNAL)),
    Case("PW-211", _aside(""), _aside(TIMER)),
    Case("PW-212", _catch("<eventDefinitionRef>gone</eventDefinitionRef>"), _catch(TIMER)),
    Case("PW-213", inside(TRANSACTION, "a>c"), inside(TRANSACTION, "a>c", "transaction", beside=CAUGHT)),
    Case("PW-213", _border(CANCEL), inside(TRANSACTION, "a>c", "transaction", beside=CAUGHT)),
    Case(
        "PW-214",
        inside(TRANSACTION, "a>c", "transaction", beside=CAUGHT + CAUGHT.replace('"b"', '"b2"').replace('"f"', '"f2"')),
        inside(TRANSACTION, "a>c", "transaction", beside=CAUGHT),
    ),
    Case("PW-215", _catch('<messageEventDefinition messageRef="gone"/>'), _catch(ON_MESSAGE)),
    Case("PW-215", _catch('<signalEventDefinition signalRef="m"/>'), _catch(ON_SIGNAL)),
    Case("PW-216", _catch("<messageEventDefinition/>"), _catch(ON_MESSAGE)),
    Case("PW-216", _throw("<escalationEventDefinition/>"), _border("<errorEventDefinition/>")),
    Case(
        "PW-217",
        around(f'<intermediateCatchEvent id="t">{ON_MESSAGE}</intermediateCatchEvent>', roots='<message id="m"/>'),
        _catch(ON_MESSAGE),
    ),
    Case(
        "PW-217",
        draw(
            '<startEvent id="s"/><endEvent id="e"><errorEventDefinition errorRef="x"/></endEvent>',
            "s>e",
            '<error id="x" name="No code"/>',
        ),
        draw('<startEvent id="s"/><endEvent id="e"><errorEventDefinition errorRef="x"/></endEvent>', "s>e", ERROR),
    ),
    Case("PW-218", _catch("<conditionalEventDefinition/>"), _catch(ON_CONDITION)),
    Case("PW-219", _link(_link_event("Throw", "l", ""), _link_event("Catch", "k", "")), LINKED),
    Case("PW-220", _link(_link_event("Throw", "l", "elsewhere"), K), LINKED),
    Case(
        "PW-220",
        _link(L, f'<subProcess id="u">{K}<endEvent id="z"/>{flows("k>z")}</subProcess>', sequence="s>t t>l u>e t>u"),
        LINKED,
    ),
    Case("PW-221", _link(L, K, _link_event("Catch", "k2"), sequence="s>t t>l k>e k2>e"), LINKED),
    Case("PW-222", _link(L, K, _link_event("Catch", "k2", "never"), sequence="s>t t>l k>e k2>e"), LINKED),
    Case("PW-223", _link(L, K, sequence="s>t t>l k>e l>e"), LINKED),
    Case("PW-223", _link(L, K, sequence="s>t t>l k>e t>k"), LINKED),
    Case("PW-224", _link(_link_event("Throw", "l", more=ON_SIGNAL), K), LINKED),
    Case(
        "PW-225",
        _aside(TIMER).replace('<bpmn:startEvent id="a"', '<bpmn:startEvent id="a2"/><bpmn:startEvent id="a"'),
        _aside(TIMER),
    ),
    Case(
        "PW-226",
        _event("intermediateCatchEvent", TIMER).replace('id="t"', 'id="t" parallelMultiple="true"'),
        _catch(TIMER + ON_MESSAGE),
    ),
    Case(
        "PW-227",
        draw(STARTS.format(ON_MESSAGE), "s>t r>t t>e", ROOTS),
        draw(STARTS.format(ON_SIGNAL), "s>t r>t t>e", ROOTS),
    ),
    Case(
        "PW-229",
        around('<task id="t"/>' + TWICE + TWICE.replace('"d"', '"d2"'), "s>t t>e d>e d2>e", ROOTS),
        around('<task id="t"/>' + TWICE, "s>t t>e d>e", ROOTS),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_events(case: Case) -> None:
    prove(case)


def test_an_event_of_a_shared_definition_is_read() -> None:
    shared = "<timerEventDefinition id='d'><timeDuration>P1D</timeDuration></timerEventDefinition>"
    event = '<intermediateCatchEvent id="t"><eventDefinitionRef>d</eventDefinitionRef></intermediateCatchEvent>'
    assert found(around(event, roots=shared)) == []


# What the specification's Table 10.93 allows, written down a second time and by position, to hold the rule's own table.
EVERYWHERE = {"message", "timer", "conditional", "signal"}
TABLE = {
    "start": EVERYWHERE,
    "subprocess start": set[str](),
    "event subprocess start": EVERYWHERE | {"escalation", "error", "compensate"},
    "event subprocess start, going on": EVERYWHERE | {"escalation"},
    "catch": EVERYWHERE | {"link"},
    "throw": {"message", "escalation", "compensate", "link", "signal"},
    "boundary": EVERYWHERE | {"escalation", "error", "cancel", "compensate"},
    "boundary, going on": EVERYWHERE | {"escalation", "compensate"},
    "end": {"message", "escalation", "error", "cancel", "compensate", "signal", "terminate"},
}


def _at(position: str, definition: str) -> str:
    start = f'<startEvent id="a">{definition}</startEvent><endEvent id="c"/>'
    drawn = {
        "start": draw(start, "a>c", ROOTS),
        "subprocess start": inside(start, "a>c", roots=ROOTS),
        "event subprocess start": _aside(definition),
        "event subprocess start, going on": _aside(definition, 'isInterrupting="false"'),
        "catch": _catch(definition),
        "throw": _throw(definition),
        "boundary": _border(definition),
        "boundary, going on": _border(definition, 'cancelActivity="false"'),
        "end": draw(f'<startEvent id="a"/><endEvent id="c">{definition}</endEvent>', "a>c", ROOTS),
    }
    return drawn[position]


@pytest.mark.parametrize("kind", sorted(EVENT_DEFINITIONS))
@pytest.mark.parametrize("position", TABLE)
def test_positions_of_event_definitions(position: str, kind: str) -> None:
    codes = {one.code for one in found(_at(position, f"<{kind}EventDefinition/>"))}
    assert ("PW-210" not in codes) == (kind in TABLE[position])
