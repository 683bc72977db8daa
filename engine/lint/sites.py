"""Every place where a diagram, or a form that it shows, holds FEEL: what may be read there, and what must come of it.

The properties of ours come from their one table (engine/lint/properties.py), so that a new one cannot be left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from engine.calendar import timers
from engine.diagram import Element, Process, SequenceFlow, is_feel
from engine.diagram.names import TASKS
from engine.forms import Form, expressions
from engine.lint.core import Look, short
from engine.lint.names import OPEN, Scope, Table, Variable, World
from engine.lint.names.elements import collection, crossing, results
from engine.lint.names.flows import At, Flow
from engine.lint.names.graph import END
from engine.lint.names.shapes import BOOLEAN, LIST, NUMBER, of
from engine.lint.names.sources import answer, settings
from engine.lint.names.world import COUNTS
from engine.lint.properties import OF_PROCESSES, PROPERTIES, Reads
from engine.lint.wants import OPTIONS, SHOWN, TIME


@dataclass(frozen=True)
class Site:
    """An expression where it stands: what it may read there, and of which kinds its value must be (none: any)."""

    part: Element | SequenceFlow | Process
    line: int
    what: str
    text: str
    scope: Scope
    wants: str = ""
    waits: bool = False
    """Whether names that are not set yet are nothing wrong: a conditional event waits for them, a form shows nothing."""
    timer: timers.Kind | None = None
    """Which words of timers a text may be, where it is a time."""


def sites(look: Look, world: World) -> Iterator[Site]:
    """Every expression of the processes that run, and of the forms that they show."""
    for process in look.processes():
        flow = world.flows.get(process.key)
        if flow is not None and flow.diagram is look.diagram and not flow.graph.too_large:
            yield from _of_process(world, process, flow)
            yield from _of_flows(world, flow)
            for element in flow.graph.elements.values():
                yield from _of_element(world, flow, element)


def _of_process(world: World, process: Process, flow: Flow) -> Iterator[Site]:
    for name, each in OF_PROCESSES.items():
        if each.reads is not None and name in process.properties:
            scope = _case(world, flow) if each.reads.over == "case" else _school(world)
            what, text, waits = f"the property {name}", process.properties[name], each.reads.may_wait
            yield Site(process, process.line, what, text, scope, each.reads.wants, waits)


def _case(world: World, flow: Flow) -> Scope:
    """What is seen after the process's first element, of which the rest may be set later."""
    return At(world, flow, flow.graph.leave(next(iter(flow.graph.elements))))


def _of_flows(world: World, flow: Flow) -> Iterator[Site]:
    for each in flow.graph.flows:
        source = flow.graph.elements.get(each.source)
        if source is not None and each.condition:
            yield Site(each, each.line, "the condition", each.condition, after(world, flow, source), BOOLEAN)


def after(world: World, flow: Flow, element: Element) -> Scope:
    """What the conditions of flows out of an element see."""
    return _at_end(world, flow, element, world.scope(flow, element, inside=False))


def _at_end(world: World, flow: Flow, element: Element, scope: Scope) -> Scope:
    """What is seen after an element: the same, with what it has set."""
    after = At(world, flow, flow.graph.leave(element.id))
    return Table({}, after) if isinstance(scope, At) else _Behind(scope, after)


@dataclass(frozen=True)
class _Behind:
    """The local names of a scope, before those of the process at a later place."""

    scope: Scope
    after: Scope

    def lookup(self, name: str) -> Variable | None:
        found = self.scope
        while isinstance(found, Table):
            if name in found.variables:
                return found.variables[name]
            if found.outer is None:
                break
            found = found.outer
        return self.after.lookup(name)

    def names(self) -> Iterable[str]:
        return {*self.scope.names(), *self.after.names()}


def _of_element(world: World, flow: Flow, element: Element) -> Iterator[Site]:
    inside = world.scope(flow, element)
    works = {"the script": element.script, "camunda:expression": element.camunda("expression")}
    for what, text in works.items():
        yield Site(element, element.line, what, text, inside)
    texts = {
        "candidateGroups": ",".join(element.candidate_groups),
        "assignee": element.assignee,
        "priority": element.priority,
    }
    for what, text in texts.items():
        yield Site(element, element.line, what, text if is_feel(text) else "", inside)
    for what, text in (("dueDate", element.due_date), ("followUpDate", element.follow_up_date)):
        yield Site(element, element.line, what, text if is_feel(text) else "", inside, TIME, timer="due")
    yield from _of_properties(world, flow, element)
    yield from _of_loop(world, flow, element)
    yield from _of_events(world, flow, element)
    yield from _of_parameters(world, flow, element)
    yield from _of_mappings(world, flow, element)
    yield from _of_form(world, flow, element)


def _of_properties(world: World, flow: Flow, element: Element) -> Iterator[Site]:
    for name, each in PROPERTIES.items():
        if each.reads is not None and name in element.properties and name != "outputElement":  # that is the loop's
            scope = _seen(world, flow, element, each.reads)
            what, text = f"the property {name}", element.properties[name]
            waits = each.reads.may_wait and _listens(flow, element)
            yield Site(element, element.line, what, text, scope, each.reads.wants, waits)


def _seen(world: World, flow: Flow, element: Element, reads: Reads) -> Scope:
    if reads.over == "school":
        return _school(world)
    return world.scope(flow, element, inside=reads.over != "outside", leave=reads.over == "end")


def _listens(flow: Flow, element: Element) -> bool:
    """Whether it waits beside what can still bring an answer: at a subprocess or call, or at the start of one of its own."""
    host = flow.graph.elements.get(element.attached_to)
    holds = host is not None and host.kind not in TASKS
    return holds or (element.kind == "startEvent" and element.parent != flow.key)


def _school(world: World) -> Scope:
    """What is seen before a case begins: one school, and the settings."""
    return Table({"school": Variable(world.school), "settings": Variable(settings(world.around.settings))})


def _of_loop(world: World, flow: Flow, element: Element) -> Iterator[Site]:
    loop = element.loop
    if loop is None:
        return
    outside = world.scope(flow, element, inside=False)
    counting = Table(COUNTS, _at_end(world, flow, element, outside))
    again = Table({"loopCounter": Variable(of(NUMBER))}, _at_end(world, flow, element, outside))
    yield Site(element, loop.line, "loopCardinality", loop.cardinality, outside, NUMBER)
    yield Site(element, loop.line, "the collection", collection(flow.diagram, element), outside, LIST)
    yield Site(element, loop.line, "completionCondition", loop.completion_condition, counting, BOOLEAN)
    yield Site(element, loop.line, "loopCondition", loop.condition, again, BOOLEAN)
    if results(flow.diagram, element):
        ended = world.scope(flow, element, leave=True)
        yield Site(element, loop.line, "the property outputElement", loop.output_element, ended)


def _of_events(world: World, flow: Flow, element: Element) -> Iterator[Site]:
    begins = element.kind == "startEvent" and element.parent == flow.key
    scope: Scope = Table() if begins else world.scope(flow, element)
    for definition in element.event_definitions:
        if definition.kind == "conditional":
            yield Site(element, definition.line, "the condition", definition.text, scope, BOOLEAN, waits=True)
        elif definition.kind == "timer" and is_feel(definition.text):
            timer = timers.KINDS.get(definition.timer_kind, "any")
            yield Site(element, definition.line, "the timer", definition.text, scope, TIME, timer=timer)


def _of_parameters(world: World, flow: Flow, element: Element) -> Iterator[Site]:
    outside = world.scope(flow, element, inside=False)
    before = Table(world.loop_locals(flow, element), outside)
    after = world.scope(flow, element, leave=True)
    for given, scope in ((element.inputs, before), (element.outputs, after)):
        for each in given:
            text = each.text if is_feel(each.text) else ""
            yield Site(element, each.line, f'the parameter "{short(each.name)}"', text, scope)


def _of_mappings(world: World, flow: Flow, element: Element) -> Iterator[Site]:
    inside = world.scope(flow, element)
    for mapping in crossing(element, "in"):
        yield Site(element, mapping.line, "a camunda:in", mapping.expression or mapping.source, inside)
    called = world.flows.get(element.called_element)
    for mapping in crossing(element, "out"):
        end = At(world, called, END) if called is not None else OPEN
        yield Site(element, mapping.line, "a camunda:out", mapping.expression or mapping.source, end)
    for mapping in element.mappings:
        key = mapping.business_key if is_feel(mapping.business_key) else ""
        yield Site(element, mapping.line, "businessKey", key, inside)


_FORM_WANTS = {
    "hide": BOOLEAN,
    "readonly": BOOLEAN,
    "text": SHOWN,
    "description": SHOWN,
    "valuesExpression": OPTIONS,
}


def _of_form(world: World, flow: Flow, element: Element) -> Iterator[Site]:
    form = (world.around.forms or {}).get(element.form_key) if element.form_key else None
    if form is None:
        return
    scope = Table(_own(form, world, flow, element), world.scope(flow, element))
    for place, text in expressions(form.components):
        wants = _FORM_WANTS.get(place.rpartition(".")[2], "")
        what = f'the form "{short(element.form_key)}", {short(place)},'
        yield Site(element, element.line, what, text, scope, wants)
    for each in form.fields:
        if each.readonly is True and each.key.isidentifier():
            what = f'the form "{short(element.form_key)}", which only shows'
            yield Site(element, element.line, what, each.key, world.scope(flow, element), SHOWN, waits=True)


def _own(form: Form, world: World, flow: Flow, element: Element) -> dict[str, Variable]:
    """The answers of the form itself, those inside its lists too."""
    outside = world.scope(flow, element)
    asked = [each for each in form.fields if each.readonly is not True]
    rows = {inner.key: Variable() for each in asked for inner in each.inside}
    return rows | {each.key: Variable(answer(each, world.feel, outside)) for each in asked}
