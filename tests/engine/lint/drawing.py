"""Tiny diagrams for the tests of lint, and what a test of a rule is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.diagram import Diagram, read
from engine.errors import ExpressionInvalid
from engine.feel import Dialect, Feel, Node
from engine.lint import Finding, Known, check

HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:other="http://example.org/other" '
    'targetNamespace="http://example.org">'
)
_TAG = re.compile(r"<(/?)(?=[a-z])(?!bpmn:|camunda:|zeebe:|other:)")
_FLOW = re.compile(r"(\w+)>(\w+)(?:\[(.*?)\])?(?=\s|$)")

MESSAGE = '<message id="m" name="Hello"/>'
SIGNAL = '<signal id="g" name="Alarm"/>'
ERROR = '<error id="x" name="Wrong" errorCode="WRONG"/>'
ESCALATION = '<escalation id="upwards" name="Upwards" escalationCode="UP"/>'
TIMER = "<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>"
ON_MESSAGE = '<messageEventDefinition messageRef="m"/>'
ON_SIGNAL = '<signalEventDefinition signalRef="g"/>'
ON_CONDITION = "<conditionalEventDefinition><condition>=a</condition></conditionalEventDefinition>"
EXTENSIONS = "<extensionElements>{}</extensionElements>"


def flows(text: str) -> str:
    """``a>b`` and ``a>c[x > 1]``: sequence flows with the ids a_b, a_c."""
    made = []
    for source, target, condition in _FLOW.findall(text):
        inner = condition.replace("&", "&amp;").replace("<", "&lt;")
        inner = f"<conditionExpression>={inner}</conditionExpression>" if inner else ""
        ends = f'sourceRef="{source}" targetRef="{target}"'
        made.append(f'<sequenceFlow id="{source}_{target}" {ends}>{inner}</sequenceFlow>')
    return "".join(made)


def process(body: str, sequence: str = "", key: str = "p", attributes: str = 'isExecutable="true"') -> str:
    """A process of this body and these flows."""
    return f'<process id="{key}" {attributes}>{body}{flows(sequence)}</process>'


def whole(inner: str) -> str:
    """A file of these root elements; tags need no prefix."""
    return f"{HEAD}{_TAG.sub(lambda m: f'<{m[1]}bpmn:', inner)}</bpmn:definitions>"


def draw(body: str, sequence: str = "", roots: str = "", key: str = "p") -> str:
    """A file of one process."""
    return whole(roots + process(body, sequence, key))


def around(body: str, sequence: str = "s>t t>e", roots: str = "") -> str:
    """A process with a start event s, an end event e, and between them ``body``, which is t."""
    return draw(f'<startEvent id="s"/>{body}<endEvent id="e"/>', sequence, roots)


def inside(body: str, sequence: str, kind: str = "subProcess", roots: str = "", beside: str = "") -> str:
    """A process around a subprocess t, which holds ``body`` and the flows ``sequence``."""
    return around(f'<{kind} id="t">{body}{flows(sequence)}</{kind}>{beside}', roots=roots)


def prop(**properties: str) -> str:
    """Camunda properties, for an element's body."""
    rows = "".join(f'<camunda:property name="{name}" value="{value}"/>' for name, value in properties.items())
    return EXTENSIONS.format(f"<camunda:properties>{rows}</camunda:properties>")


def inputs(**values: str) -> str:
    """Camunda input parameters, for an element's body."""
    rows = "".join(
        f'<camunda:inputParameter name="{name}">{value}</camunda:inputParameter>' for name, value in values.items()
    )
    return EXTENSIONS.format(f"<camunda:inputOutput>{rows}</camunda:inputOutput>")


class Checker:
    """Stands for FEEL, so that most of these tests need no V8: what holds ``((`` doesn't parse. Names and types are
    read with the real one."""

    def check(self, expression: str) -> None:
        if "((" in expression:
            raise ExpressionInvalid(expression=expression, reason="unexpected ( at 1")

    def inspect(self, expression: str, dialect: Dialect = "expression", names: Sequence[str] = ()) -> Node:
        return Feel.shared().inspect(expression, dialect, names)

    def evaluate(self, expression: str, variables: Mapping[str, Any]) -> Any:
        return Feel.shared().evaluate(expression, variables)


@dataclass(frozen=True)
class Case:
    """A rule's test: a diagram that breaks it, and one that doesn't; ``also`` are other errors of the good one."""

    code: str
    bad: str
    good: str
    strict: bool = False
    known: Known | None = None
    also: frozenset[str] = frozenset()
    file: str = "p.bpmn"

    def __str__(self) -> str:
        return self.code


def parsed(xml: str, file: str = "p.bpmn") -> Diagram:
    """Read a drawn diagram."""
    return read(xml.encode(), file)


def found(xml: str, strict: bool = False, known: Known | None = None, file: str = "p.bpmn") -> list[Finding]:
    """What lint finds in one drawn diagram."""
    return check([parsed(xml, file)], known, Checker(), strict)


def prove(case: Case) -> None:
    """The bad diagram is found out by the rule, with all that a person needs; the good one has no errors."""
    hits = [one for one in found(case.bad, case.strict, case.known, case.file) if one.code == case.code]
    assert hits, f"{case.code} is not found"
    for hit in hits:
        assert hit.message
        assert hit.remedy
        assert hit.section
        assert hit.line > 0
        assert len(str(hit)) < 1_000
    good = found(case.good, case.strict, case.known, case.file)
    assert case.code not in {one.code for one in good}
    assert {one.code for one in good if one.severity == "error"} <= case.also, [str(one) for one in good]
