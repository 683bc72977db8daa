"""Where variables come from outside a diagram: forms, decision tables, the school, settings, declared payloads."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from engine.decisions import Decision
from engine.decisions.model import Literal, Output, Table, Type
from engine.errors import ExpressionInvalid, ExpressionLimit
from engine.feel import Dialect, Node
from engine.forms import Component
from engine.lint.names import shapes
from engine.lint.names.reading import read
from engine.lint.names.scopes import OPEN, Scope
from engine.lint.names.shapes import ANY, BOOLEAN, LIST, NUMBER, TEXT, Shape, of
from engine.steps import MATTERS, PHASES, SCHOOL_CHANGED, STATUSES, TYPES


class Inspects(Protocol):
    """What the names ask of FEEL (:class:`engine.feel.Feel` has it)."""

    def inspect(self, expression: str, dialect: Dialect = "expression", names: Sequence[str] = ()) -> Node:
        """The parts of an expression. Raises ExpressionInvalid."""

    def evaluate(self, expression: str, variables: Mapping[str, Any]) -> Any:
        """The value of an expression. Raises a PathwaysError."""


def tree(feel: Inspects, text: str, dialect: Dialect = "expression", names: Iterable[str] = ()) -> Node | None:
    """The parts of an expression; None when it is none (a rule of its own says so)."""
    try:
        return feel.inspect(text, dialect, tuple(names))
    except (ExpressionInvalid, ExpressionLimit):
        return None


def shape_of(feel: Inspects, text: str, scope: Scope) -> Shape:
    """What an expression may give."""
    found = tree(feel, text)
    return ANY if found is None else read(found, scope).shape.stored()


def school(categories: Collection[str] | None = None) -> Shape:
    """The variable that every case for a school has (engine.schools.register.variable).

    ``categories`` are all that a school can be in; None where there is no end to them.
    """
    fields = {
        "urn": of(TEXT),
        "name": of(TEXT),
        "phase": shapes.options(PHASES),
        "type": shapes.options(TYPES),
        "aided": of(BOOLEAN),
        "academy": of(BOOLEAN),
        "maintained": of(BOOLEAN),
        "status": shapes.options(STATUSES),
        "closed": of(BOOLEAN),
        "head": of(TEXT),
        "diocese": of(TEXT),
        "trust": of(TEXT),
        "governance": of(TEXT),
        "link_adviser": of(TEXT),
        "category": of(TEXT) if categories is None else Shape(frozenset({TEXT}), frozenset(categories)),
    }
    return shapes.context({name: replace(shape, always=True) for name, shape in fields.items()})


def thrown_by_engine(kind: str, name: str, now: Shape) -> Mapping[str, Shape]:
    """What a message that the engine itself throws brings, ``now`` being the school; nothing for any other."""
    if (kind, name) != ("message", SCHOOL_CHANGED):
        return {}
    return {"changed": shapes.listed(shapes.options(MATTERS)), "before": now, "now": now}


#: What the topic live-cases lists (engine.queries.live).
LIVE_CASES = shapes.listed(
    shapes.context(
        {
            "urn": of(TEXT),
            "school": of(TEXT),
            "since": Shape(frozenset({TEXT}), iso=True),
            "waiting": shapes.listed(of(TEXT)),
            "overdue": of(NUMBER),
        }
    )
)


# -- forms --------------------------------------------------------------------------------------------------------


def answer(question: Component, feel: Inspects, scope: Scope = OPEN) -> Shape:
    """The value that a question stores. ``scope`` is what its options may be made of."""
    shape = _stored(question, feel, scope)
    return replace(shape, asked=True) if shape.only(TEXT) else shape


def _stored(question: Component, feel: Inspects, scope: Scope) -> Shape:
    if question.kind in ("radio", "select"):
        return _choice(question, feel, scope)
    if question.kind == "checklist":
        return shapes.listed(_choice(question, feel, scope))
    if question.kind == "filepicker":
        return shapes.listed(of(TEXT))
    if question.kind == "dynamiclist":
        return shapes.listed(shapes.context({each.key: answer(each, feel, scope) for each in question.inside}))
    if question.kind == "datetime":
        return Shape(frozenset({TEXT}), iso=True)
    return of({"number": NUMBER, "checkbox": BOOLEAN}.get(question.kind, TEXT))


def _choice(question: Component, feel: Inspects, scope: Scope) -> Shape:
    if not question.options_expression:
        return shapes.options(option.value for option in question.options)
    found = shape_of(feel, question.options_expression, scope)
    item = found.item if found.only(LIST) else None
    value = item.fields.get("value", item) if item is not None and item.entries is not None else item
    return value.stored() if value is not None else ANY


# -- decisions ----------------------------------------------------------------------------------------------------

_KINDS = {"string": TEXT, "number": NUMBER, "boolean": BOOLEAN, "date": "date", "time": "time"}
_KINDS |= {"dateTime": "date and time", "date and time": "date and time"}


def typed(type_: Type, feel: Inspects) -> Shape:
    """What a value of a declared type may be."""
    kind = _KINDS.get(type_.kind, "duration" if "uration" in type_.kind else "")
    shape = of(kind) if kind else ANY
    allowed = literals(type_.allowed, feel)
    if allowed is not None and kind in (TEXT, NUMBER, ""):
        among = shapes.options(allowed)
        shape = among if not kind or among.known <= {kind} else shape
    return shapes.listed(shape) if type_.many else shape


def literals(tests: str, feel: Inspects) -> list[Any] | None:
    """The values of unary tests that only list texts or numbers; None for any others."""
    words = _words(tests, feel)
    if not words or any(leaf.kind not in ("StringLiteral", "NumericLiteral") for leaf in words):
        return None
    return [value for leaf in words for value in read(leaf, OPEN).shape.values or ()]


def _words(tests: str, feel: Inspects) -> list[Node]:
    """The words of unary tests, without the commas between; none where they can't be read."""
    found = tree(feel, tests, "unaryTests") if tests else None
    return [] if found is None else [leaf for leaf in _leaves(found) if leaf.kind != ","]


def _leaves(node: Node) -> Iterator[Node]:
    if node.parts:
        for part in node.parts:
            yield from _leaves(part)
    elif node.text:
        yield node


def outputs(table: Table, feel: Inspects, scope: Scope = OPEN) -> dict[str, Shape]:
    """What each output of a table may be: its declared values, else what its rules say."""
    return {output.name: _output(table, place, feel, scope) for place, output in enumerate(table.outputs)}


def _output(table: Table, place: int, feel: Inspects, scope: Scope) -> Shape:
    output = table.outputs[place]
    values = declared(output, feel)
    if values:
        return shapes.options(values)
    said = [rule.outputs[place] for rule in table.rules if len(rule.outputs) > place and rule.outputs[place]]
    said += [output.default] if output.default else []
    found = shapes.union(shape_of(feel, text, scope) for text in said) if said else ANY
    return found if found.values is not None else typed(output.type, feel)


def declared(output: Output, feel: Inspects) -> frozenset[shapes.Value]:
    """The values that a table declares for an output; none when it declares no list of them."""
    ranked = [shape_of(feel, text, OPEN).values or frozenset() for text in output.values]
    return frozenset(value for each in ranked for value in each) or typed(output.type, feel).values or frozenset()


def result(decision: Decision, how: str, feel: Inspects, scope: Scope = OPEN) -> Shape:
    """What a decision gives in the shape that the diagram asks for (engine.decisions.map_result)."""
    expression = decision.expression
    if isinstance(expression, Table):
        return _table_result(expression, how, outputs(expression, feel, scope))
    if isinstance(expression, Literal) and decision.type.kind == "any":
        return shape_of(feel, expression.text, scope)
    return typed(decision.type, feel)


def _table_result(table: Table, how: str, found: Mapping[str, Shape]) -> Shape:
    row = shapes.context(found)
    entry = next(iter(found.values())) if len(found) == 1 else ANY
    ways = {
        "singleEntry": entry,
        "singleResult": row,
        "collectEntries": shapes.listed(entry),
        "resultList": shapes.listed(row),
    }
    if table.aggregation:
        return of(NUMBER)
    unsaid = shapes.listed(row) if table.several else entry if len(found) == 1 else row
    return ways.get(how, unsaid)


# -- payloads -----------------------------------------------------------------------------------------------------

_FIELD = re.compile(r"\s*([^\W\d]\w*)\s*(?::\s*([^,]+?))?\s*(?:,|$)")
#: The words of a declared payload, and what each means.
PAYLOAD_KINDS: Mapping[str, Shape] = {
    "text": of(TEXT),
    "number": of(NUMBER),
    "boolean": of(BOOLEAN),
    "date": Shape(frozenset({TEXT}), iso=True),
    "list": of(LIST),
    "any": ANY,
}
_OPTIONS = re.compile(r'"[^"]*"(\s*\|\s*"[^"]*")*')


def payload(text: str) -> dict[str, Shape] | None:
    """The variables that the property ``payload`` declares; None when it can't be understood.

    ``judgement: "good" | "inadequate", judged_on: date, note`` names three: one with its options, a date (written as
    text, as forms store it), and one that may be anything. The kinds are those of :data:`PAYLOAD_KINDS`.
    """
    found: dict[str, Shape] = {}
    at = 0
    while at < len(text):
        part = _FIELD.match(text, at)
        shape = _declared(part[2]) if part else None
        if part is None or shape is None or part.end() == at:
            return None
        found[part[1]] = shape
        at = part.end()
    return found or None


def _declared(kind: str | None) -> Shape | None:
    if kind is None:
        return ANY
    if _OPTIONS.fullmatch(kind):
        return shapes.options(re.findall(r'"([^"]*)"', kind))
    return PAYLOAD_KINDS.get(kind)


def settings(known: Mapping[str, Any] | None) -> Shape:
    """The authority's settings; anything when they aren't known."""
    return ANY if known is None else shapes.given(known)
