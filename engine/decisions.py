"""Decision tables: DMN 1.3 with FEEL. Several inputs and outputs, all hit policies, required decisions, literal expressions.

A decision is read into plain parts once; deciding asks FEEL for all inputs in one call and for all cells in another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from engine.diagram import read_xml
from engine.errors import DecisionFailed, DecisionRefused
from engine.feel import Feel, strip

HIT_POLICIES = ("UNIQUE", "ANY", "FIRST", "PRIORITY", "RULE ORDER", "OUTPUT ORDER", "COLLECT")
AGGREGATIONS: Mapping[str, Callable[[list[Any]], Any]] = {"": list, "SUM": sum, "MIN": min, "MAX": max, "COUNT": len}
#: Hit policies that may give several results.
SEVERAL = ("RULE ORDER", "OUTPUT ORDER", "COLLECT")


@dataclass(frozen=True)
class Output:
    """An output column: its name, the values that it may have (in order of priority) and its default."""

    name: str
    values: tuple[str, ...]
    default: str


@dataclass(frozen=True)
class Rule:
    """A row: unary tests, output expressions, and the author's note."""

    tests: tuple[str, ...]
    outputs: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class Decision:
    """A decision: a table, or one literal expression; ``requires`` names the decisions that it needs."""

    id: str
    name: str
    requires: tuple[str, ...]
    variable: str
    literal: str = ""
    policy: str = ""
    aggregation: str = ""
    inputs: tuple[str, ...] = ()
    outputs: tuple[Output, ...] = ()
    rules: tuple[Rule, ...] = field(default=())


def parse_decisions(xml: bytes, file: str) -> dict[str, Decision]:
    """The decisions of a DMN file by id. Raises DiagramRefused (unsafe or no XML) and DecisionRefused with element and line."""
    root = read_xml(xml, file)
    if etree.QName(root).localname != "definitions" or "/DMN/" not in (etree.QName(root).namespace or ""):
        raise DecisionRefused(file=file, element="the file", line=1, reason="it is not DMN 1.2 or later")
    found: dict[str, Decision] = {}
    for node in _children(root, "decision"):
        decision = _decision(node, file)
        if decision.id in found:
            raise _refused(file, node, "its id is used twice")
        found[decision.id] = decision
    _check_requirements(found, file)
    return found


def evaluate(decision_id: str, variables: Mapping[str, Any], feel: Feel, decisions: Mapping[str, Decision]) -> Any:
    """The result of a decision: a list of outputs for hit policies that may give several, else one or None.

    An output is a dict by column name; a literal expression gives its value. Raises DecisionFailed.
    """
    decision = decisions.get(decision_id)
    if decision is None:
        raise DecisionFailed(decision=decision_id, reason="it is not deployed")
    seen = dict(variables)
    for required in decision.requires:
        result = map_result(evaluate(required, variables, feel, decisions), "")
        seen[decisions[required].variable] = result
    if decision.literal:
        return feel.evaluate(decision.literal, seen)
    return _table(decision, seen, feel)


def map_result(result: Any, how: str) -> Any:
    """A result in the shape that the diagram wants (camunda:mapDecisionResult): see Camunda's four names.

    Without one, a single output of a single result is its value, and otherwise the result stays as it is.
    """
    rows = result if isinstance(result, list) else [] if result is None else [result]
    if not all(isinstance(row, dict) for row in rows):
        return result
    if how == "resultList":
        return rows
    if how == "collectEntries":
        return [value for row in rows for value in list(row.values())[:1]]
    if len(rows) > 1 and how in ("singleEntry", "singleResult"):
        raise DecisionFailed(decision="the decision", reason=f"it gave {len(rows)} results where the diagram wants one")
    single = rows[0] if rows else None
    if how == "singleResult":
        return single
    if how == "singleEntry" or (not isinstance(result, list) and single is not None and len(single) == 1):
        return next(iter(single.values())) if single else None
    return rows if isinstance(result, list) else single


# -- deciding -------------------------------------------------------------------------------------------------


def _table(decision: Decision, variables: Mapping[str, Any], feel: Feel) -> Any:
    given = feel.evaluate_many(list(decision.inputs), variables)
    hits = _hits(decision, given, variables, feel)
    if not hits:
        return _default(decision, variables, feel)
    if decision.policy == "UNIQUE" and len(hits) > 1:
        raise DecisionFailed(decision=decision.name, reason=f"a unique table was hit by {_named(decision, hits)}")
    if decision.policy == "FIRST":
        hits = hits[:1]
    results = [_outputs(decision, decision.rules[number], variables, feel) for number in hits]
    if decision.policy == "ANY" and any(result != results[0] for result in results):
        raise DecisionFailed(decision=decision.name, reason=f"{_named(decision, hits)} give different results")
    if decision.policy in ("PRIORITY", "OUTPUT ORDER"):
        ranks = _ranks(decision, feel)
        results.sort(key=lambda row: [ranks[i].index(value) for i, value in enumerate(row.values()) if ranks[i]])
    if decision.policy == "COLLECT" and decision.aggregation:
        return _aggregate(decision, results)
    return results if decision.policy in SEVERAL else results[0]


def _hits(decision: Decision, given: list[Any], variables: Mapping[str, Any], feel: Feel) -> list[int]:
    """The rules whose tests all hold, by number; every test of the table is asked in one call."""
    asked = [
        (number, ("unaryTests", strip(test), given[column]))
        for number, rule in enumerate(decision.rules)
        for column, test in enumerate(rule.tests)
        if test not in ("", "-")
    ]
    answers = feel.run([item for _, item in asked], variables)  # type: ignore[misc]
    failed = {number for (number, _), holds in zip(asked, answers, strict=True) if not holds}
    return [number for number in range(len(decision.rules)) if number not in failed]


def _outputs(decision: Decision, rule: Rule, variables: Mapping[str, Any], feel: Feel) -> dict[str, Any]:
    values = feel.evaluate_many([text or "null" for text in rule.outputs], variables)
    return {output.name: value for output, value in zip(decision.outputs, values, strict=True)}


def _default(decision: Decision, variables: Mapping[str, Any], feel: Feel) -> Any:
    if any(output.default for output in decision.outputs):
        values = feel.evaluate_many([output.default or "null" for output in decision.outputs], variables)
        row = {output.name: value for output, value in zip(decision.outputs, values, strict=True)}
        return [row] if decision.policy in SEVERAL else row
    if decision.policy == "COLLECT" and decision.aggregation:
        return 0 if decision.aggregation in ("COUNT", "SUM") else None
    return [] if decision.policy in SEVERAL else None


def _ranks(decision: Decision, feel: Feel) -> list[list[Any]]:
    return [feel.evaluate_many(list(output.values), {}) if output.values else [] for output in decision.outputs]


def _aggregate(decision: Decision, results: list[dict[str, Any]]) -> Any:
    values = [next(iter(row.values())) for row in results]
    if decision.aggregation != "COUNT" and not all(isinstance(v, int | float) and not isinstance(v, bool) for v in values):
        raise DecisionFailed(decision=decision.name, reason=f"{decision.aggregation} needs numbers and got {values!r}")
    return AGGREGATIONS[decision.aggregation](values)


def _named(decision: Decision, hits: list[int]) -> str:
    said = (f"rule {n + 1}" + (f' ("{decision.rules[n].note}")' if decision.rules[n].note else "") for n in hits)
    return " and ".join(said)


# -- reading --------------------------------------------------------------------------------------------------


def _decision(node: etree._Element, file: str) -> Decision:
    requires = [
        str(ref.get("href", "")).lstrip("#")
        for need in _children(node, "informationRequirement")
        for ref in _children(need, "requiredDecision")
    ]
    if list(_children(node, "knowledgeRequirement")):
        raise _refused(file, node, "business knowledge models are not run; write the logic as a decision of its own")
    variables = list(_children(node, "variable"))
    name = str(node.get("name") or node.get("id") or "")
    variable = str(variables[0].get("name") or "") if variables else ""
    base = Decision(str(node.get("id") or ""), name, tuple(requires), variable or str(node.get("id") or ""))
    if not base.id:
        raise _refused(file, node, "it has no id")
    for table in _children(node, "decisionTable"):
        return _read_table(base, table, file)
    for literal in _children(node, "literalExpression"):
        text = _text(literal)
        if not text:
            raise _refused(file, node, "its expression is empty")
        return Decision(base.id, base.name, base.requires, base.variable, literal=text)
    raise _refused(file, node, "only decision tables and literal expressions are run")


def _read_table(base: Decision, table: etree._Element, file: str) -> Decision:
    policy = str(table.get("hitPolicy") or "UNIQUE")
    aggregation = str(table.get("aggregation") or "")
    inputs = tuple(_text(next(_children(i, "inputExpression"), None)) for i in _children(table, "input"))
    outputs = tuple(_output(node, base) for node in _children(table, "output"))
    if policy not in HIT_POLICIES or aggregation not in AGGREGATIONS or (aggregation and policy != "COLLECT"):
        raise _refused(file, table, f"the hit policy {policy} {aggregation} is not known")
    if not all(inputs) or not outputs or (aggregation and len(outputs) > 1):
        raise _refused(file, table, "every input needs an expression, there must be an output, and only one to aggregate")
    if policy in ("PRIORITY", "OUTPUT ORDER") and not any(output.values for output in outputs):
        raise _refused(file, table, f"{policy} needs the list of output values, in order of priority")
    if len(outputs) > 1 and len({output.name for output in outputs}) < len(outputs):
        raise _refused(file, table, "each of several outputs needs a name of its own")
    rules = tuple(_rule(node, len(inputs), len(outputs), file) for node in _children(table, "rule"))
    return Decision(
        base.id, base.name, base.requires, base.variable, "", policy, aggregation, inputs, outputs, rules
    )  # fmt: skip


def _output(node: etree._Element, base: Decision) -> Output:
    listed = _text(next(_children(node, "outputValues"), None))
    values = tuple(part.strip() for part in _split(listed)) if listed else ()
    default = _text(next(_children(node, "defaultOutputEntry"), None))
    return Output(str(node.get("name") or base.variable), values, default)


def _split(text: str) -> list[str]:
    """A list of values, split at commas outside quotation marks."""
    parts, quoted = [""], False
    for char in text:
        quoted ^= char == '"'
        if char == "," and not quoted:
            parts.append("")
        else:
            parts[-1] += char
    return parts


def _rule(node: etree._Element, inputs: int, outputs: int, file: str) -> Rule:
    tests = tuple(_text(entry) for entry in _children(node, "inputEntry"))
    values = tuple(_text(entry) for entry in _children(node, "outputEntry"))
    if len(tests) != inputs or len(values) != outputs:
        raise _refused(file, node, "it has not one cell a column")
    notes = [_text(entry) for entry in _children(node, "annotationEntry")] + [
        " ".join((entry.text or "").split()) for entry in _children(node, "description")
    ]
    return Rule(tests, values, next((note for note in notes if note), ""))


def _check_requirements(found: Mapping[str, Decision], file: str) -> None:
    def visit(decision: Decision, path: tuple[str, ...]) -> None:
        if decision.id in path:
            reason = f"it requires itself by way of {', '.join(path)}"
            raise DecisionRefused(file=file, element=decision.id, line=1, reason=reason)
        for required in decision.requires:
            if required not in found:
                reason = f'it requires the decision "{required}", which is not in the file'
                raise DecisionRefused(file=file, element=decision.id, line=1, reason=reason)
            visit(found[required], (*path, decision.id))

    for each in found.values():
        visit(each, ())


def _refused(file: str, node: etree._Element, reason: str) -> DecisionRefused:
    name = node.get("id") or etree.QName(node).localname
    return DecisionRefused(file=file, element=name, line=node.sourceline or 1, reason=reason)


def _children(node: etree._Element, name: str) -> Any:
    return (child for child in node if isinstance(child.tag, str) and etree.QName(child).localname == name)


def _text(node: etree._Element | None) -> str:
    if node is None:
        return ""
    return next(((child.text or "").strip() for child in _children(node, "text")), (node.text or "").strip())
