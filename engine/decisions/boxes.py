"""Boxed expressions: tables, literal expressions, contexts, invocations, lists, relations, conditionals, filters and
iterations."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from engine.decisions.model import (
    Conditional,
    Context,
    Expression,
    Filter,
    Input,
    Invocation,
    Iteration,
    ListOf,
    Output,
    Relation,
    Rule,
    Table,
    Type,
)
from engine.decisions.xml import Node, Reader, child, children, local, plain_text

HIT_POLICIES = {"UNIQUE", "ANY", "FIRST", "PRIORITY", "RULE ORDER", "OUTPUT ORDER", "COLLECT"}
AGGREGATIONS = {"SUM", "MIN", "MAX", "COUNT"}
#: Those that rank results by the order in which an output's values are listed.
RANKED = {"PRIORITY", "OUTPUT ORDER"}

_NOT_EXPRESSIONS = {
    "variable",
    "informationRequirement",
    "knowledgeRequirement",
    "authorityRequirement",
    "description",
    "extensionElements",
    "question",
    "allowedAnswers",
    "supportedObjective",
    "impactedPerformanceIndicator",
    "decisionMaker",
    "decisionOwner",
    "usingProcess",
    "usingTask",
    "formalParameter",
    "parameter",
    "encapsulatedLogic",
}


def only(reader: Reader, node: Node) -> Expression:
    """The boxed expression in ``node``, which must hold exactly one."""
    found = [each for each in node if local(each) and local(each) not in _NOT_EXPRESSIONS]
    if len(found) != 1:
        reader.refuse(node, f"it holds {len(found)} expressions, not one" if found else "it holds no logic")
    return read(reader, found[0])


def read(reader: Reader, node: Node) -> Expression:
    """The expression that an element is. Refused are those that are not run."""
    kind = local(node)
    if kind == "literalExpression":
        return reader.literal(node)
    maker = _MAKERS.get(kind)
    if maker is None:
        reader.refuse(node, f"{kind} is not run; write it as FEEL in a literal expression")
    return maker(reader, node)


# -- tables ---------------------------------------------------------------------------------------------------


def _table(reader: Reader, node: Node) -> Table:
    policy = str(node.get("hitPolicy") or "UNIQUE")
    aggregation = str(node.get("aggregation") or "")
    inputs = tuple(_input(reader, each) for each in children(node, "input"))
    outputs = tuple(_output(reader, each, ranked=policy in RANKED) for each in children(node, "output"))
    rules = tuple(_rule(reader, each, len(inputs), len(outputs)) for each in children(node, "rule"))
    _check_policy(reader, node, policy, aggregation, outputs)
    return Table(policy, aggregation, inputs, outputs, rules)


def _check_policy(reader: Reader, node: Node, policy: str, aggregation: str, outputs: tuple[Output, ...]) -> None:
    if policy not in HIT_POLICIES:
        reader.refuse(node, f'the hit policy "{policy}" is not known')
    if aggregation and (aggregation not in AGGREGATIONS or policy != "COLLECT"):
        reader.refuse(node, f'"{aggregation}" cannot be used with the hit policy {policy}')
    if not outputs:
        reader.refuse(node, "it has no output")
    if aggregation and len(outputs) > 1:
        reader.refuse(node, f"{aggregation} needs exactly one output")
    _check_outputs(reader, node, policy, outputs)


def _check_outputs(reader: Reader, node: Node, policy: str, outputs: tuple[Output, ...]) -> None:
    if len(outputs) > 1 and len({output.name for output in outputs if output.name}) < len(outputs):
        reader.refuse(node, "each of several outputs needs a name of its own")
    if policy in RANKED and not any(output.values for output in outputs):
        reader.refuse(node, f"{policy} needs the list of an output's values, the most important first")


def _input(reader: Reader, node: Node) -> Input:
    expression = child(node, "inputExpression")
    if expression is None:
        reader.refuse(node, "it has no input expression")
    literal = reader.literal(expression)
    base = reader.type_of(expression)
    allowed = reader.text(child(node, "inputValues")) or base.allowed
    return Input(str(node.get("label") or literal.text), literal, Type(base.kind, base.many, allowed))


def _output(reader: Reader, node: Node, ranked: bool) -> Output:
    base = reader.type_of(node)
    allowed = reader.text(child(node, "outputValues")) or base.allowed
    values = tuple(split(allowed)) if ranked else ()
    default = reader.text(child(node, "defaultOutputEntry"))
    kind, line = Type(base.kind, base.many, allowed), node.sourceline or 0
    return Output(str(node.get("name") or ""), kind, values, default, line, str(node.get("label") or ""))


def _rule(reader: Reader, node: Node, inputs: int, outputs: int) -> Rule:
    tests = tuple(reader.text(each) for each in children(node, "inputEntry"))
    values = tuple(reader.text(each) for each in children(node, "outputEntry"))
    if (len(tests), len(values)) != (inputs, outputs):
        reader.refuse(
            node, f"it has {len(tests)} and {len(values)} cells where there are {inputs} inputs and {outputs} outputs"
        )
    notes = [plain_text(each) for name in ("annotationEntry", "description") for each in children(node, name)]
    note = next((" ".join(text.split()) for text in notes if text), "")
    return Rule(tests, values, note, node.sourceline or 0)


def split(text: str) -> list[str]:
    """A list of FEEL values, split at the commas that stand outside quotation marks and brackets."""
    parts = [""]
    for char, outside in _placed(text):
        if char == "," and outside:
            parts.append("")
        else:
            parts[-1] += char
    return [part.strip() for part in parts if part.strip()]


def _placed(text: str) -> Iterator[tuple[str, bool]]:
    """Each character, and whether it stands outside quotation marks and brackets."""
    quoted, depth, escaped = False, 0, False
    for char in text:
        if char == '"' and not escaped:
            quoted = not quoted
        if not quoted:
            depth += (char in "([{") - (char in ")]}")
        escaped = char == "\\" and not escaped
        yield char, not quoted and depth == 0


# -- the other boxes ------------------------------------------------------------------------------------------


def _context(reader: Reader, node: Node) -> Context:
    entries: list[tuple[str, Type, Expression]] = []
    for entry in children(node, "contextEntry"):
        variable = child(entry, "variable")
        name = "" if variable is None else str(variable.get("name") or "").strip()
        if entries and not entries[-1][0]:
            reader.refuse(entry, "the result (the entry without a name) must stand last")
        if name in {each[0] for each in entries}:
            reader.refuse(entry, f'the entry "{name}" is there twice')
        entries.append((name, Type() if variable is None else reader.type_of(variable), only(reader, entry)))
    return Context(tuple(entries))


def _invocation(reader: Reader, node: Node) -> Invocation:
    called = child(node, "literalExpression")
    if called is None:
        reader.refuse(node, "it does not say what it calls")
    bindings = []
    for binding in children(node, "binding"):
        parameter = child(binding, "parameter")
        if parameter is None or not parameter.get("name"):
            reader.refuse(binding, "it does not say which parameter it is for")
        bindings.append((str(parameter.get("name")).strip(), only(reader, binding)))
    return Invocation(reader.literal(called).text, tuple(bindings))


def _list(reader: Reader, node: Node) -> ListOf:
    return ListOf(tuple(read(reader, each) for each in node if local(each)))


def _relation(reader: Reader, node: Node) -> Relation:
    columns = tuple(str(each.get("name") or "").strip() for each in children(node, "column"))
    rows = tuple(tuple(read(reader, cell) for cell in row if local(cell)) for row in children(node, "row"))
    if not all(columns) or len(set(columns)) < len(columns) or any(len(row) != len(columns) for row in rows):
        reader.refuse(node, "each column needs a name of its own, and each row a cell for each column")
    return Relation(columns, rows)


def _conditional(reader: Reader, node: Node) -> Conditional:
    branches = [child(node, name) for name in ("if", "then", "else")]
    if any(branch is None for branch in branches):
        reader.refuse(node, "it needs an if, a then and an else")
    condition, then, otherwise = (only(reader, branch) for branch in branches)
    return Conditional(condition, then, otherwise)


def _filter(reader: Reader, node: Node) -> Filter:
    source, match = (_part(reader, node, name) for name in ("in", "match"))
    return Filter(source, match)


def _iteration(reader: Reader, node: Node) -> Iteration:
    kind = local(node)
    name = str(node.get("iteratorVariable") or "").strip()
    if not name:
        reader.refuse(node, "it does not name its iterator variable")
    source, body = (_part(reader, node, part) for part in ("in", "return" if kind == "for" else "satisfies"))
    return Iteration(kind, name, source, body)


def _part(reader: Reader, node: Node, name: str) -> Expression:
    found = child(node, name)
    if found is None:
        reader.refuse(node, f'it has no "{name}"')
    return only(reader, found)


_MAKERS: dict[str, Callable[[Reader, Node], Expression]] = {
    "decisionTable": _table,
    "context": _context,
    "invocation": _invocation,
    "list": _list,
    "relation": _relation,
    "conditional": _conditional,
    "filter": _filter,
    "for": _iteration,
    "some": _iteration,
    "every": _iteration,
}
