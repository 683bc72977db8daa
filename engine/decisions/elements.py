"""The elements of a DMN file: decisions, what they require, business knowledge models, input data and types."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial

from engine.decisions import boxes
from engine.decisions.model import ANY, Context, Decision, Expression, Knowledge, Literal, Type, texts
from engine.decisions.types import TYPES
from engine.decisions.xml import (
    NAMESPACES,
    Node,
    Reader,
    child,
    children,
    id_of,
    local,
    name_of,
    namespace_of,
    plain_text,
)
from engine.diagram import read_xml

#: How many elements may require each other in a row.
LONGEST_CHAIN = 100
_KNOWN = {
    "decision",
    "businessKnowledgeModel",
    "decisionService",
    "inputData",
    "itemDefinition",
    "knowledgeSource",
    "textAnnotation",
    "association",
    "group",
    "DMNDI",
    "extensionElements",
    "description",
    "elementCollection",
    "performanceIndicator",
    "organizationUnit",
}


def read(xml: bytes, file: str) -> dict[str, Decision]:
    """The decisions of a DMN file by id. Raises DiagramRefused (unsafe or no XML) and DecisionRefused."""
    root = read_xml(xml, file)
    reader = Reader(file, dict(TYPES))
    _refuse_unknown(reader, root)
    reader.text(root)  # its expressionLanguage is every element's default
    _item_definitions(reader, root)
    ids = _ids(reader, root)
    knowledge = {id_of(node): _knowledge(reader, node) for node in children(root, "businessKnowledgeModel")}
    data = {id_of(node): _input_data(reader, node) for node in children(root, "inputData")}
    found = {id_of(n): _decision(reader, n, knowledge, data, ids) for n in children(root, "decision")}
    _refuse_cycles(reader, ids, {key: each.requires for key, each in found.items()}, "requires")
    return found | {id_of(node): _service(reader, node, found) for node in children(root, "decisionService")}


def _refuse_unknown(reader: Reader, root: Node) -> None:
    if local(root) != "definitions" or namespace_of(root) not in NAMESPACES:
        reader.refuse(root, "it is not DMN 1.2, 1.3, 1.4 or 1.5; save it with a current modeller")
    for node in root:
        if local(node) and local(node) not in _KNOWN:
            reader.refuse(node, f"{local(node)} is not run")


# -- elements -------------------------------------------------------------------------------------------------


def _decision(
    reader: Reader,
    node: Node,
    knowledge: Mapping[str, Knowledge],
    data: Mapping[str, tuple[str, Type]],
    ids: Mapping[str, Node],
) -> Decision:
    required = _references(reader, node, "informationRequirement", "requiredDecision", "decision", ids)
    inputs = _references(reader, node, "informationRequirement", "requiredInput", "inputData", ids)
    models = _references(reader, node, "knowledgeRequirement", "requiredKnowledge", "businessKnowledgeModel", ids)
    variable, kind = _variable(reader, node)
    decision = Decision(
        id_of(node),
        name_of(node),
        variable,
        boxes.only(reader, node),
        kind,
        required,
        tuple(data[each] for each in inputs),
        _reachable(knowledge, models),
        node.sourceline or 0,
    )
    _refuse_call_of_table(reader, node, decision.expression, decision.knowledge)
    return decision


def _service(reader: Reader, node: Node, decisions: Mapping[str, Decision]) -> Decision:
    """A decision service (DMN 1.3 section 6.3.5) as a decision that gives its output decision's value, or those of several
    by name."""
    outputs = _outputs(reader, node, decisions)
    names = [decisions[each].variable for each in outputs]
    line = node.sourceline or 0
    values = [Literal(name, line) for name in names]
    entries = tuple((name, ANY, value) for name, value in zip(names, values, strict=True))
    variable, kind = _variable(reader, node)
    expression = values[0] if len(values) == 1 else Context(entries)
    return Decision(id_of(node), name_of(node), variable, expression, kind, tuple(outputs), line=line)


def _outputs(reader: Reader, node: Node, decisions: Mapping[str, Decision]) -> list[str]:
    """The ids of the decisions that a service gives the values of."""
    given = child(node, "inputDecision")
    if given is not None:
        reader.refuse(given, "a decision that the caller of a service makes is not run; make it input data")
    outputs = [_href(reader, each) for each in children(node, "outputDecision")]
    if not outputs:
        reader.refuse(node, "it has no output decision")
    for each in outputs:
        if each not in decisions:
            reader.refuse(node, f'"{each}" is no decision of this file')
    return outputs


def _knowledge(reader: Reader, node: Node) -> Knowledge:
    logic = child(node, "encapsulatedLogic")
    if logic is None:
        reader.refuse(node, "it holds no logic")
    if str(logic.get("kind") or "FEEL") != "FEEL":
        reader.refuse(logic, f"a function in {logic.get('kind')} is not run, only FEEL is")
    parameters = tuple((name_of(each), reader.type_of(each)) for each in children(logic, "formalParameter"))
    variable, kind = _variable(reader, node)
    requires = tuple(
        _href(reader, ref)
        for need in children(node, "knowledgeRequirement")
        for ref in children(need, "requiredKnowledge")
    )
    return Knowledge(id_of(node), variable, parameters, boxes.only(reader, logic), kind, requires, node.sourceline or 0)


def _input_data(reader: Reader, node: Node) -> tuple[str, Type]:
    return _variable(reader, node)


def _variable(reader: Reader, node: Node) -> tuple[str, Type]:
    """The name by which others know an element's value, and its type."""
    variable = child(node, "variable")
    if variable is None:
        return name_of(node), ANY
    return str(variable.get("name") or "").strip() or name_of(node), reader.type_of(variable)


def _references(
    reader: Reader, node: Node, requirement: str, reference: str, target: str, ids: Mapping[str, Node]
) -> tuple[str, ...]:
    found = []
    for need in children(node, requirement):
        for ref in children(need, reference):
            wanted = _href(reader, ref)
            if wanted not in ids or local(ids[wanted]) != target:
                reader.refuse(node, f'it requires "{wanted}", which is no {target} of this file')
            found.append(wanted)
    return tuple(dict.fromkeys(found))


def _href(reader: Reader, node: Node) -> str:
    href = str(node.get("href") or "")
    if not href.startswith("#"):
        reader.refuse(node, f'it refers to "{href}" in another file; put both into one')
    return href[1:]


def _reachable(knowledge: Mapping[str, Knowledge], first: tuple[str, ...]) -> dict[str, Knowledge]:
    """Models by name: those required, and those that they require in their turn."""
    found: dict[str, Knowledge] = {}
    todo = list(first)
    while todo:
        model = knowledge[todo.pop()]
        if model.name not in found:
            found[model.name] = model
            todo.extend(model.requires)
    return found


def _refuse_call_of_table(reader: Reader, node: Node, expression: Expression, models: Mapping[str, Knowledge]) -> None:
    """FEEL can only call a model whose body is FEEL; refused is a call in FEEL of any other, which would be null."""
    for name, model in models.items():
        if isinstance(model.body, Literal):
            continue
        call = re.compile(rf"(?<!\w){re.escape(name)}\s*\(")
        bodies = (expression, *(each.body for each in models.values()))
        if any(call.search(text) for body in bodies for _, text, _ in texts(body)):
            reader.refuse(node, f'FEEL calls "{name}", whose logic is no single expression; use a boxed invocation')


# -- the whole file -------------------------------------------------------------------------------------------


def _ids(reader: Reader, root: Node) -> dict[str, Node]:
    found: dict[str, Node] = {}
    names: set[str] = set()
    for node in root:
        if local(node) not in ("decision", "businessKnowledgeModel", "inputData", "decisionService"):
            continue
        if not id_of(node) or id_of(node) in found:
            reader.refuse(node, "its id is used twice" if id_of(node) else "it has no id")
        if local(node) == "businessKnowledgeModel" and name_of(node) in names:
            reader.refuse(node, f'the name "{name_of(node)}" is used twice')
        names.add(name_of(node))
        found[id_of(node)] = node
    _refuse_circular_calls(reader, found)
    return found


def _refuse_circular_calls(reader: Reader, found: dict[str, Node]) -> None:
    models = [node for node in found.values() if local(node) == "businessKnowledgeModel"]
    refer = partial(
        _references,
        reader,
        requirement="knowledgeRequirement",
        reference="requiredKnowledge",
        target="businessKnowledgeModel",
        ids=found,
    )
    _refuse_cycles(reader, found, {id_of(node): refer(node) for node in models}, "calls")


def _refuse_cycles(reader: Reader, nodes: Mapping[str, Node], needs: Mapping[str, tuple[str, ...]], verb: str) -> None:
    """Refuse what needs itself, and chains so long that running them could exhaust the stack."""
    depth: dict[str, int] = {}
    for start in needs:
        path: dict[str, Iterator[str]] = {start: iter(needs[start])} if start not in depth else {}
        while path:
            at, rest = next(reversed(path.items()))
            following = next(rest, None)
            if following is None:
                depth[at] = 1 + max((depth[each] for each in needs[at]), default=0)
                del path[at]
            elif following in path:
                reader.refuse(nodes[at], f"it {verb} itself, by way of {', '.join(path)}")
            elif following not in depth:
                path[following] = iter(needs[following])
            if len(path) > LONGEST_CHAIN or depth.get(at, 0) > LONGEST_CHAIN:
                reader.refuse(nodes[at], f"more than {LONGEST_CHAIN} elements require each other in a row")


def _item_definitions(reader: Reader, root: Node) -> None:
    """Types that the file defines: another type with allowed values, a list of it, or a context (of anything)."""
    waiting = {name_of(node): node for node in children(root, "itemDefinition")}
    while waiting:
        ready = [n for n, node in waiting.items() if child(node, "typeRef") is None or _base(node) in reader.types]
        if not ready:
            name, node = next(iter(waiting.items()))
            reader.refuse(node, f'its type "{_base(node)}" is not known, or it is made of itself')
        for name in ready:
            reader.types[name] = _defined(reader, waiting.pop(name))


def _base(node: Node) -> str:
    return plain_text(child(node, "typeRef")).rpartition(":")[2]


def _defined(reader: Reader, node: Node) -> Type:
    reference = child(node, "typeRef")
    base = (
        reader.types[_base(node)]
        if reference is not None
        else Type("context" if child(node, "itemComponent") is not None else "any")
    )
    allowed = reader.text(child(node, "allowedValues")) or base.allowed
    many = str(node.get("isCollection") or "false") == "true"
    if many and base.many:
        reader.refuse(node, "a list of lists is not run as a type")
    return replace(base, many=many or base.many, allowed=allowed)
