"""A token is put elsewhere by hand: a step is skipped, or gone back to (Camunda calls it process instance modification).

A token moves within its own scope only, so that what it sees and who waits for it stay the same. Whoever has to leave a
subprocess moves the subprocess's own token.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from engine.diagram import Element
from engine.diagram.names import ACTIVITIES, GATEWAYS
from engine.errors import MoveRefused, NotWaiting
from engine.lint.markings import Budget, Explored, Standing, explore
from engine.spiff.gateways import Join
from engine.spiff.tree import Definition, Instance, Token

_EVENTS = frozenset({"intermediateCatchEvent", "intermediateThrowEvent", "endEvent"})


def targets(definition: Definition, element: str) -> list[Element]:
    """The elements at which a token may go on that is at this one, as they are drawn."""
    parent = definition.diagram.elements[element].parent
    return [each for each in definition.diagram.children(parent) if not against(definition, each)]


def against(definition: Definition, element: Element) -> str:
    """Why no token may be put on an element, as the end of a sentence; empty when one may."""
    if element.kind not in ACTIVITIES | GATEWAYS | _EVENTS:
        return "it begins by what happens, not by a step before it"
    if element.triggered_by_event or element.for_compensation or "link" in element.event_kinds:
        return "it begins by what happens, not by a step before it"
    if len(element.incoming) > 1 and element.kind in ("parallelGateway", "inclusiveGateway", "complexGateway"):
        return "it waits for several ways to come together; choose what follows it"
    if element.start_quantity != "1":
        return "it waits for several to come together; choose what follows it"
    if any(source.kind == "eventBasedGateway" for source in _sources(definition, element)):
        return "it is one of several events that are waited for together; choose the gateway before them"
    return ""


def _sources(definition: Definition, element: Element) -> Iterator[Element]:
    for flow in definition.diagram.flows_into(element):
        yield definition.diagram.elements[flow.source]


def move(instance: Instance, token: Token, to: str, alone: bool) -> None:
    """Take a token where it is, and let it go on at another element of its scope.

    Raises NotWaiting for what is no token of the flow, and MoveRefused, which says why.
    """
    if token.parent is None or token.is_listener:
        raise NotWaiting(token=token.id)
    definition, scope, root = token.task_spec.definition, token.scope, _root(token)
    _check(definition, token, to)
    before, doubled = _explored(definition, root), _doubled(root)
    for leaving in _leaving(token, alone):
        instance.cancel_token(leaving)
    instance.place(definition.nodes[to], scope)
    instance.run_until_quiet()
    if root.live:
        remedy = "" if alone else ". Let all else beside it end as well, or move what runs beside it first"
        _check_once(definition, _doubled(root) - doubled, remedy)
        _check_joins(definition, before, _explored(definition, root), remedy)


def _check(definition: Definition, token: Token, to: str) -> None:
    target = definition.diagram.elements.get(to)
    if target is None or to not in definition.nodes or target.parent != token.task_spec.element.parent:
        raise MoveRefused(reason="it is not beside the step that is left, in the same part of the same process")
    if token.memo.instance is not None:
        raise MoveRefused(
            reason="the step that is left is one of several that are done for a list; move all of them together"
        )
    if token.memo.undoes_for:
        raise MoveRefused(reason="the step that is left undoes something, and what asked for that waits for it")
    if reason := against(definition, target):
        raise MoveRefused(reason=f"“{target.name or to}” cannot be begun by hand, since {reason}")


def _leaving(token: Token, alone: bool) -> list[Token]:
    """The tokens that go: with an event behind an event-based gateway go its rivals."""
    if alone:
        return token.scope.running()
    race = token.memo.race
    return [each for each in token.scope.running() if each is token or (race and each.memo.race == race)]


# -- whether all joins can still complete ------------------------------------------------------------------------------


def _check_once(definition: Definition, doubled: set[str], remedy: str) -> None:
    """Raises MoveRefused where something would wait twice, side by side."""
    for element in sorted(doubled):
        raise MoveRefused(reason=f"{_named(definition, element)} would be done twice, side by side{remedy}")


def _doubled(root: Token) -> set[str]:
    """The elements of a process at which two tokens are in one scope; those that run for a list are one."""
    at = [(each.scope.id, each.task_spec.element_id) for each in _within(root) if each.memo.instance is None]
    return {element for (_, element), number in Counter(at).items() if number > 1}


def _within(scope: Token) -> Iterator[Token]:
    """The tokens of the flow in a scope of one process, those in its subprocesses too."""
    for token in scope.running():
        yield token
        if token.task_spec.kind != "callActivity":
            yield from _within(token)


def _check_joins(definition: Definition, before: Explored, after: Explored, remedy: str) -> None:
    """Raises MoveRefused where the move would leave a join waiting for ever, or have something done twice: what the diagram
    does by itself, or what could have come before, is none of the move's doing."""
    own = explore(definition.diagram, definition.key, Budget(), optional=False)
    for element in after.stuck:
        if element not in before.stuck and element not in own.stuck:
            raise MoveRefused(reason=f"{_named(definition, element)} would wait for ever for what never comes{remedy}")
    for element in after.crowded:
        if element not in before.crowded and element not in own.crowded:
            raise MoveRefused(reason=f"{_named(definition, element)} would be done twice{remedy}")


def _named(definition: Definition, element: str) -> str:
    name = definition.diagram.elements[element].name
    return f"“{name}”" if name else "a gateway further on"


def _root(token: Token) -> Token:
    """The scope of the whole process that a token is in."""
    while token.task_spec.visible:
        token = token.scope
    return token


def _explored(definition: Definition, root: Token) -> Explored:
    """What can become of a process, from where its tokens stand now."""
    return explore(definition.diagram, definition.key, Budget(), optional=False, first=list(_standing(root)))


def _standing(scope: Token) -> Iterator[Standing]:
    """Where the tokens of one process stand; those that wait together behind an event-based gateway stand at it."""
    races: set[str] = set()
    for token in scope.running():
        if token.memo.race in races:
            continue
        races |= {token.memo.race} - {""}
        yield from _at(token)


def _at(token: Token) -> Iterator[Standing]:
    spec = token.task_spec
    if token.memo.arrived is not None and isinstance(spec, Join):
        yield from (Standing("arrived", via) for via, number in token.memo.arrived.items() for _ in range(number))
    elif token.memo.race:
        yield Standing("at", spec.definition.diagram.flows[token.via].source)
    elif token.at_work and spec.kind in ("subProcess", "transaction") and token.memo.loop is None:
        yield Standing("inside", spec.element_id)
        yield from _standing(token)
    else:
        yield Standing("at", spec.element_id)
