"""PW-881: what holds when nobody answers a task (the property noAnswer) fits what the task asks."""

from __future__ import annotations

from collections.abc import Iterator

from engine.diagram import Element, strip_feel
from engine.lint.core import OURS, Fault, Look, fault, rule
from engine.lint.names import Remark, World
from engine.lint.names.flows import Flow
from engine.lint.names.shapes import CONTEXT, Shape
from engine.lint.names.sources import answer, shape_of
from engine.lint.names.wording import quote, what
from engine.spelling import near


@rule("PW-881", section=OURS, plain="off")
def silence_is_an_answer(look: Look) -> Iterator[Fault]:
    """What holds when nobody answers (noAnswer) is a context whose entries fit the task's questions. A value that is no
    option is allowed, so that a diagram can tell silence from every answer, unless it looks like a slip of an option."""
    world = look.world
    if world is None:
        return
    for element in look.elements("userTask"):
        text, flow = strip_feel(element.properties.get("noAnswer", "")), world.flows.get(element.process)
        if text and flow is not None:
            said = shape_of(world.feel, text, world.scope(flow, element))
            for each in _silence(world, flow, element, said):
                yield fault(element, f"the property noAnswer: {each.message}.", each.remedy)


def _silence(world: World, flow: Flow, element: Element, said: Shape) -> Iterator[Remark]:
    """What is wrong with the answers that hold when nobody gives any."""
    if said.known and not said.only(CONTEXT):
        yield Remark("type", "", "it gives no context", 'Write it like: = {view: "no answer"}, or = {} for nothing.')
    form = (world.around.forms or {}).get(element.form_key)
    yield from _near_none(said, [each.key for each in form.fields] if form is not None else [])
    for each in form.fields if form is not None else ():
        given = said.fields.get(each.key)
        if given is not None:
            yield from _unlikely(each.key, given, answer(each, world.feel, world.scope(flow, element)))


def _near_none(said: Shape, asked: list[str]) -> Iterator[Remark]:
    """The entries that look like a question's key misspelt. Others may be meant: what only silence sets."""
    for key in sorted(said.fields.keys() - set(asked)):
        meant = near(key, asked)
        if meant:
            yield Remark("name", key, f'"{key}" is no question of the task', f"Did you mean {meant}?")


def _unlikely(key: str, given: Shape, asked: Shape) -> Iterator[Remark]:
    if given.known and asked.known and not given.known & asked.known:
        message = f'"{key}" is asked for as {what(asked)}, and given as {what(given)}'
        yield Remark("type", key, message, "Give what the form would give.")
    for value in sorted((given.values or frozenset()) - (asked.values or frozenset()), key=str):
        meant = near(str(value), [str(each) for each in asked.values or ()])
        if meant:
            message = f'{quote(value)} is none of the answers to "{key}"'
            yield Remark("value", key, message, f"Did you mean {quote(meant)}? Else choose another word.")
