"""Hostile diagrams, within the limits of XML: reading and linting them takes a moment, and ends in findings."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.diagram import read
from engine.lint import Known, check
from engine.lint.core import MOST_FINDINGS
from tests.engine.lint.drawing import EXTENSIONS, Checker, around, process, whole
from tests.processor import Work

T = '<task id="t"/>'
BORDER = '<boundaryEvent id="u{0}" attachedToRef="t"><compensateEventDefinition/></boundaryEvent>'
FAR = "<dataInputAssociation><sourceRef>q</sourceRef><targetRef>z</targetRef></dataInputAssociation>"
SECONDS = 9
"""Of processor time. A quarter of this is usual."""


def _times(text: str, count: int) -> str:
    return "".join(text.format(number) for number in range(count))


def _deep() -> str:
    tasks = _times('<task id="y{}">' + FAR + "</task>", 2_400)
    return around(T + _times('<subProcess id="x{}">', 90) + tasks + "</subProcess>" * 90)


def _shared_definition() -> str:
    roots = f'<timerEventDefinition id="d">{"<timeDate>x</timeDate>" * 4_900}</timerEventDefinition>'
    refs = "<eventDefinitionRef>d</eventDefinitionRef>" * 4_900
    return around(f'<intermediateCatchEvent id="t">{refs}</intermediateCatchEvent>', roots=roots)


def _declared() -> str:
    return around(f'<task id="t">{_times("<incoming>x{}</incoming>", 9_900)}</task>')


def _properties() -> str:
    rows = _times('<camunda:property name="{}" value="a"/>', 9_900)
    return around(f'<task id="t">{EXTENSIONS.format(f"<camunda:properties>{rows}</camunda:properties>")}</task>')


def _race() -> str:
    targets = " ".join(f"t>u{number}" for number in range(3_000))
    return around('<eventBasedGateway id="t"/>' + _times('<receiveTask id="u{}"/>', 3_000), f"s>t {targets}")


def _collaboration() -> str:
    flows = _times('<messageFlow id="f{}" sourceRef="a" targetRef="b"/>', 9_900)
    return whole(f'<collaboration id="c">{flows}</collaboration>{process("")}')


def _ring() -> str:
    ring = " ".join(f"u{number}>u{(number + 1) % 4_000}" for number in range(4_000))
    return around(T + _times('<task id="u{}"/>', 4_000), f"s>t t>e {ring}")


def _wide() -> str:
    gates = _times('<exclusiveGateway id="g{0}" default="g{0}_u{0}"/><task id="u{0}"/><task id="v{0}"/>', 900)
    ways = " ".join(f"t>g{n} g{n}>u{n} g{n}>v{n}[x] u{n}>j v{n}>g{n}" for n in range(900))
    return around(f'<parallelGateway id="t"/><parallelGateway id="j"/>{gates}', f"s>t j>e {ways}")


def _multiplied() -> str:
    tasks = _times('<task id="u{}" completionQuantity="100"/>', 50)
    ways = " ".join(f"u{n}>u{n + 1}" for n in range(49))
    return around(f"{T}{tasks}", f"s>t t>u0 u49>e {ways}")


DIAGRAMS: dict[str, Callable[[], str]] = {
    "thousands of user tasks": lambda: around(T + _times('<userTask id="u{}"/>', 9_900)),
    "thousands of boundary events on one task": lambda: around(T + _times(BORDER, 4_900)),
    "thousands of tasks with one id": lambda: around(T * 9_900),
    "thousands of tasks without id": lambda: around("<task/>" * 9_900),
    "thousands of flows between two gateways": lambda: around(
        '<exclusiveGateway id="t"/><parallelGateway id="j"/>'
        + _times('<sequenceFlow id="f{}" sourceRef="t" targetRef="j"/>', 9_900)
    ),
    "thousands of flows of one task to itself": lambda: around(
        T + _times('<sequenceFlow id="f{}" sourceRef="t" targetRef="t"/>', 9_900)
    ),
    "thousands of conditions": lambda: around(
        '<exclusiveGateway id="t"/>', "s>t " + " ".join(f"t>e[(({n}]" for n in range(3_000))
    ),
    "a ring of thousands": _ring,
    "hundreds of choices at one time": _wide,
    "tokens that a hundred times become a hundred": _multiplied,
    "a thousand event subprocesses that may all begin": lambda: around(
        T
        + _times(
            '<subProcess id="f{0}" triggeredByEvent="true"><startEvent id="z{0}" isInterrupting="false">'
            "<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition></startEvent>"
            '<endEvent id="y{0}"/><sequenceFlow id="x{0}" sourceRef="z{0}" targetRef="y{0}"/></subProcess>',
            1_000,
        )
    ),
    "subprocesses ninety deep": _deep,
    "subprocesses of one id, ninety deep": lambda: around(T + '<subProcess id="x">' * 90 + "</subProcess>" * 90),
    "thousands of event subprocesses": lambda: around(
        T + _times('<subProcess id="f{0}" triggeredByEvent="true"><startEvent id="z{0}"/></subProcess>', 4_900)
    ),
    "thousands of definitions in one event": lambda: around(
        f'<intermediateCatchEvent id="t">{"<timerEventDefinition/>" * 9_900}</intermediateCatchEvent>'
    ),
    "one large definition, thousands of times": _shared_definition,
    "thousands of links": lambda: around(
        T
        + _times('<intermediateThrowEvent id="f{0}"><linkEventDefinition name="{0}"/></intermediateThrowEvent>', 4_900)
    ),
    "thousands of lanes around one task": lambda: around(
        T + "<laneSet>" + _times('<lane id="l{}"><flowNodeRef>t</flowNodeRef></lane>', 4_900) + "</laneSet>"
    ),
    "thousands of incoming references": _declared,
    "thousands of properties": _properties,
    "thousands of receivers after one gateway": _race,
    "thousands of message flows": _collaboration,
    "thousands of associations": lambda: around(
        T + _times('<association id="f{}" sourceRef="t" targetRef="t"/>', 9_900)
    ),
    "thousands of processes": lambda: whole(_times('<process id="t{0}"><startEvent id="s{0}"/></process>', 4_900)),
    "thousands of calls of itself": lambda: around(_times('<callActivity id="t{}" calledElement="p"/>', 9_900)),
    "thousands of strange elements": lambda: around(T + _times('<tusk id="x{}"/>', 9_900)),
    "a name of four megabytes": lambda: around(f'<task id="t" name="{"n" * 4_000_000}"/>'),
    "an id of four megabytes": lambda: around(f'<task id="{"n" * 4_000_000}"/>{T}'),
    "a script of four megabytes": lambda: around(
        f'<scriptTask id="t" scriptFormat="python"><script>{"x" * 4_000_000}</script></scriptTask>'
    ),
    "a quantity of a million digits": lambda: around(f'<task id="t" completionQuantity="{"9" * 1_000_000}"/>'),
    "thousands of errors for one border": lambda: around(
        T + _times('<boundaryEvent id="b{}" attachedToRef="t"><errorEventDefinition/></boundaryEvent>', 4_900)
    ),
}


# Large, but nothing in them is wrong, and they cost no more to run than they do to read.
ALLOWED = {
    "thousands of properties",
    "thousands of associations",
    "thousands of flows of one task to itself",
    "hundreds of choices at one time",
    "tokens that a hundred times become a hundred",
    "a thousand event subprocesses that may all begin",
}


@pytest.mark.parametrize("name", DIAGRAMS)
def test_hostile_diagrams_are_told_off_quickly(name: str) -> None:
    xml = DIAGRAMS[name]().encode()
    with Work() as work:
        found = check([read(xml, "hostile.bpmn")], Known(forms={}, roles=frozenset()), Checker())
    assert work.within(SECONDS)
    assert name in ALLOWED or any(one.severity == "error" for one in found)
    assert len(found) < 20 * MOST_FINDINGS
    assert all(len(str(one)) < 1_500 for one in found)
