"""DMN as text: decisions, tables and knowledge models in a line or two each."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

from engine.decisions import evaluate, parse_decisions
from engine.feel import Feel

DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"
NOW = datetime(2026, 10, 14, 9, 0, tzinfo=UTC)


def dmn(body: str, namespace: str = DMN, attributes: str = "") -> bytes:
    return f'<definitions xmlns="{namespace}" id="f" name="f" namespace="x" {attributes}>{body}</definitions>'.encode()


def text(tag: str, content: str) -> str:
    return f"<{tag}><text>{escape(content)}</text></{tag}>"


def literal(content: str, key: str = "d", inside: str = "") -> str:
    return f'<decision id="{key}" name="{key}">{inside}{text("literalExpression", content)}</decision>'


def needs(key: str, kind: str = "Decision") -> str:
    what = "knowledgeRequirement" if kind == "Knowledge" else "informationRequirement"
    return f'<{what}><required{kind} href="#{key}"/></{what}>'


def model(name: str, parameters: str, body: str, inside: str = "") -> str:
    given = "".join(f'<formalParameter name="{each}"/>' for each in parameters.split())
    logic = f"<encapsulatedLogic>{given}{body}</encapsulatedLogic>"
    return f'<businessKnowledgeModel id="{name}" name="{name}">{inside}{logic}</businessKnowledgeModel>'


def table(policy: str, head: str, *rules: str, key: str = "d", inside: str = "") -> str:
    """A decision table. ``head`` is ``input, input -> output, output`` and a rule ``cell, cell -> cell # note``.

    An input may be ``expression:type``; an output ``name:type=values|default``. Cells are split at " , ".
    """
    policy, _, aggregation = policy.partition("+")
    left, right = head.split("->")
    columns = "".join(_input(each.strip()) for each in left.split(" , ") if each.strip())
    columns += "".join(_output(each.strip()) for each in right.split(" , "))
    attributes = f'hitPolicy="{policy}"' + (f' aggregation="{aggregation}"' if aggregation else "")
    rows = "".join(_rule(rule) for rule in rules)
    inner = f"<decisionTable {attributes}>{columns}{rows}</decisionTable>"
    return f'<decision id="{key}" name="{key}">{inside}{inner}</decision>'


def _input(column: str) -> str:
    expression, _, kind = column.partition(":")
    kind, _, allowed = kind.partition("=")
    values = text("inputValues", allowed) if allowed else ""
    return (
        f'<input><inputExpression typeRef="{kind}"><text>{escape(expression)}</text></inputExpression>{values}</input>'
    )


def _output(column: str) -> str:
    name, _, default = column.partition("|")
    name, _, values = name.partition("=")
    name, _, kind = name.partition(":")
    inner = (text("outputValues", values) if values else "") + (text("defaultOutputEntry", default) if default else "")
    return f'<output name="{name}" typeRef="{kind}">{inner}</output>'


def _rule(rule: str) -> str:
    cells, _, note = rule.partition(" # ")
    left, _, right = cells.partition("->")
    tests = "".join(text("inputEntry", each.strip()) for each in left.split(" , ") if each.strip())
    values = "".join(text("outputEntry", each.strip()) for each in right.split(" , "))
    return f"<rule>{tests}{values}{text('annotationEntry', note) if note else ''}</rule>"


def decide(feel: Feel, body: str, **variables: Any) -> Any:
    return evaluate("d", variables, feel, parse_decisions(dmn(body), "a.dmn", feel), NOW)
