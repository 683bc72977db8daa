"""PW-731 to PW-733: a task is given to somebody, and a notification told to somebody. Nobody is not everybody."""

from __future__ import annotations

from collections.abc import Iterator

from engine.diagram import Element, is_feel, strip_feel
from engine.feel import Node
from engine.lint.core import OURS, Fault, Look, fault, rule, short
from engine.lint.names.sources import tree
from engine.spelling import near

_CUT = frozenset({"(", ")", "[", "]", ",", "if", "then", "else", "ArithOp"})
_JOINS = frozenset({"concatenate", "union", "append", "string join", "flatten", "distinct values", "reverse", "sort"})


@rule("PW-731", section=OURS, plain="off")
def somebody_is_named(look: Look) -> Iterator[Fault]:
    """An expression that says who does a task, or whom a notification tells, can never name nobody."""
    for element, what, text in _naming(look):
        parsed = tree(look.feel, strip_feel(text)) if look.feel is not None and is_feel(text) else None
        if parsed is not None and may_be_empty(parsed):
            message = (
                f'{what} "{short(strip_feel(text))}" may name nobody: then the case stops there, with an incident.'
            )
            yield fault(element, message, "Name a role in every case, or lead the flow past it where there is nobody.")


def _naming(look: Look) -> Iterator[tuple[Element, str, str]]:
    for element in look.elements("userTask"):
        yield element, "candidateGroups", ",".join(element.candidate_groups)
        if not element.candidate_groups:
            yield element, "assignee", element.assignee
    for element in look.elements("serviceTask", "sendTask"):
        if element.topic == "notify":
            yield from ((element, "the parameter to", each.text) for each in element.inputs if each.name == "to")


def may_be_empty(node: Node) -> bool:
    """Whether a value written out in an expression is an empty list or text, or null, on one of its ways."""
    inside = [part for part in node.parts if part.kind not in _CUT]
    if node.kind in ("Expression", "ParenthesizedExpression") and len(inside) == 1:
        return may_be_empty(inside[0])
    if node.kind == "IfExpression":
        return any(map(may_be_empty, inside[1:]))
    if node.kind == "StringLiteral":
        return not node.text.strip('"').strip(" ,")
    if node.kind == "null":
        return True
    return _nothing_inside(node, inside)


def _nothing_inside(node: Node, inside: list[Node]) -> bool:
    """Whether all that a list, a sum of texts or a joining function is made of may be empty."""
    if node.kind in ("List", "ArithmeticExpression"):
        return all(map(may_be_empty, inside))
    given = node.first("PositionalParameters")
    if node.kind == "FunctionInvocation" and node.parts[0].word in _JOINS and given is not None:
        joined = [part for part in given.parts if part.kind not in _CUT]
        return all(map(may_be_empty, joined[:1] if node.parts[0].word == "string join" else joined))
    return False


@rule("PW-732", section=OURS, plain="off")
def assignee_is_known(look: Look) -> Iterator[Fault]:
    """An assignee is a person of the authority, where it is known who these are."""
    people = look.known.people
    for element in _assigned(look) if people is not None else ():
        if element.assignee not in (people or ()):
            meant = near(element.assignee, people or ())
            hint = f"Did you mean {meant}?" if meant else "Name a role in camunda:candidateGroups instead."
            yield fault(
                element, f'it is assigned to "{short(element.assignee)}", who is no person of the authority.', hint
            )


@rule("PW-733", section=OURS, severity="warning", plain="off")
def one_person_alone(look: Look) -> Iterator[Fault]:
    """A task is not given to one named person alone where nobody can tell whether there is such a person."""
    for element in _assigned(look) if look.known.people is None else ():
        message = (
            f'only "{short(element.assignee)}" can do it, and it is not known here whether there is such a person.'
        )
        yield fault(element, message, "Name only roles, in camunda:candidateGroups, or check who signs in so.")


def _assigned(look: Look) -> Iterator[Element]:
    """The user tasks that are given to somebody by name; that it is no role is a rule of its own."""
    roles = look.known.roles or ()
    named = (each for each in look.elements("userTask") if each.assignee and not is_feel(each.assignee))
    return (each for each in named if each.assignee not in roles)
