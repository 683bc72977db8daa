"""PW-860 and PW-890: texts that people read are not an expression that somebody forgot to mark, or a blank that nothing
fills."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.diagram import Element, is_feel
from engine.feel import Node
from engine.lint.core import OURS, Fault, Look, fault, rule, short
from engine.lint.expressions import Expression, expressions
from engine.lint.names.functions import FUNCTIONS
from engine.lint.names.sources import tree

_BLANK = re.compile(r"\{\{|\}\}")
_SIGNS = re.compile(r"[\"+(.]")


def _literal(look: Look) -> Iterator[Expression]:
    """The texts that are taken as they stand: parameters, business keys, roles, times."""
    for each in expressions(look):
        if each.text and not each.always and not is_feel(each.text):
            yield each


@rule("PW-860", section=OURS)
def expression_is_marked(look: Look) -> Iterator[Fault]:
    """What is written as an expression begins with =, or it is read out as it stands."""
    feel = look.feel
    for each in _literal(look) if feel is not None else ():
        parsed = tree(feel, each.text) if feel is not None and _SIGNS.search(each.text) else None
        if parsed is not None and _works(parsed):
            message = f'{each.what} "{short(each.text)}" looks like FEEL, and without = it is taken as it stands.'
            yield fault(each.part, message, f"Write: = {short(each.text)}", each.line)


@rule("PW-821", section=OURS, plain="off")
def variable_is_marked(look: Look) -> Iterator[Fault]:
    """A parameter that is written as the name of a variable begins with =, or that name is handed on for what it holds."""
    world = look.world
    for each in _literal(look) if world is not None else ():
        flow = world.flows.get(each.part.process) if world is not None and isinstance(each.part, Element) else None
        if world is None or flow is None or not each.what.startswith("the parameter") or "_" not in each.text:
            continue
        if each.text in world.names(flow):
            message = f'{each.what} "{short(each.text)}" is a variable\'s name, and without = it is taken as it stands.'
            yield fault(each.part, message, f"Write: = {short(each.text)}", each.line)


def _works(node: Node) -> bool:
    """Whether a text that can be read as FEEL was surely meant so: pieces in quotes are joined with names, a function is
    called, or the school or a setting is asked for something."""
    inside = [part for part in node.parts if part.kind not in ("(", ")")]
    if node.kind in ("Expression", "ParenthesizedExpression") and len(inside) == 1:
        return _works(inside[0])
    if node.kind in ("ArithmeticExpression", "IfExpression"):
        kinds = set(_kinds(node))
        return "StringLiteral" in kinds and "VariableName" in kinds
    if node.kind == "PathExpression":
        return node.parts[0].word in ("school", "settings")
    return node.kind == "FunctionInvocation" and node.parts[0].word in FUNCTIONS


def _kinds(node: Node) -> Iterator[str]:
    yield node.kind
    for part in node.parts:
        yield from _kinds(part)


@rule("PW-890", section=OURS)
def blank_is_filled(look: Look) -> Iterator[Fault]:
    """No text of a diagram holds {{...}}, which only the texts of forms fill."""
    for each in _literal(look):
        if _BLANK.search(each.text):
            yield _unfilled(each)
    for element in look.elements():
        if _BLANK.search(element.name):
            yield fault(
                element, f'its name "{short(element.name)}" holds {{{{...}}}}, which nothing fills.', "Take it out."
            )


def _unfilled(found: Expression) -> Fault:
    pieces = re.split(r"\{\{\s*=?\s*(.*?)\s*\}\}", found.text)
    feel = " + ".join(text if at % 2 else f'"{text}"' for at, text in enumerate(pieces) if text)
    message = f'{found.what} "{short(found.text)}" holds {{{{...}}}}, which nothing fills here.'
    return fault(found.part, message, f"Write it as FEEL: = {short(feel)}", found.line)
