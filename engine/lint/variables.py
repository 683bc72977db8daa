"""PW-87x: names and types. What an expression reads must be something that a form, message, script, table or process can
have set, and what it is compared with something that it can be (engine/lint/names)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from engine.diagram import Element, Process, SequenceFlow, is_feel, strip_feel
from engine.forms import Form, expressions
from engine.lint import tables
from engine.lint.core import OURS, Fault, Look, fault, rule, short
from engine.lint.names import OPEN, Inspects, Remark, Scope, Table, Variable, World, nothing, read
from engine.lint.names.elements import collection, crossing, results
from engine.lint.names.flows import At, Flow
from engine.lint.names.graph import END
from engine.lint.names.shapes import ANY, BOOLEAN, LIST, NUMBER, TEXT, Shape, near, of
from engine.lint.names.sources import SCHOOL, answer, payload, settings, shape_of, tree
from engine.lint.names.world import COUNTS


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


def sites(look: Look, world: World) -> Iterator[Site]:
    """Every expression of the processes that run, and of the forms that they show."""
    for process in look.processes():
        flow = world.flows.get(process.key)
        if flow is not None and flow.diagram is look.diagram and not flow.graph.too_large:
            when = process.properties.get("startWhen", "")
            yield Site(process, process.line, "the property startWhen", when, _school(world), BOOLEAN)
            yield from _of_flows(world, flow)
            for element in flow.graph.elements.values():
                yield from _of_element(world, flow, element)


def _of_flows(world: World, flow: Flow) -> Iterator[Site]:
    for each in flow.graph.flows:
        source = flow.graph.elements.get(each.source)
        if source is not None and each.condition:
            scope = world.scope(flow, source, inside=False)
            scope = _at_end(world, flow, source, scope)
            yield Site(each, each.line, "the condition", each.condition, scope, BOOLEAN)


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
    keys = {
        f"the property {name}": element.properties.get(name, "")
        for name in ("correlationKey", "businessKey", "noAnswer")
    }
    for what, text in {**works, **keys}.items():
        yield Site(element, element.line, what, text, inside)
    texts = {
        "candidateGroups": ",".join(element.candidate_groups),
        "assignee": element.assignee,
        "dueDate": element.due_date,
        "priority": element.priority,
    }
    for what, text in texts.items():
        yield Site(element, element.line, what, text if is_feel(text) else "", inside)
    yield from _of_loop(world, flow, element)
    yield from _of_events(world, flow, element)
    yield from _of_parameters(world, flow, element)
    yield from _of_mappings(world, flow, element)
    yield from _of_form(world, flow, element)
    when = element.properties.get("forEachWhen", "")
    yield Site(element, element.line, "the property forEachWhen", when, _school(world), BOOLEAN)
    only = element.properties.get("onlyWhen", "")
    yield Site(element, element.line, "the property onlyWhen", only, world.scope(flow, element, inside=False), BOOLEAN)


def _school(world: World) -> Scope:
    """What is seen before a case begins: one school, and the settings."""
    return Table({"school": Variable(SCHOOL), "settings": Variable(settings(world.around.settings))})


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
            yield Site(element, definition.line, "the timer", definition.text, scope)


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


def _of_form(world: World, flow: Flow, element: Element) -> Iterator[Site]:
    form = (world.around.forms or {}).get(element.form_key) if element.form_key else None
    if form is None:
        return
    scope = Table(_own(form, world, flow, element), world.scope(flow, element))
    for place, text in expressions(form.components):
        wants = BOOLEAN if place.endswith(("conditional.hide", "readonly")) else ""
        what = f'the form "{short(element.form_key)}", {short(place)},'
        yield Site(element, element.line, what, text, scope, wants)
    for each in form.fields:
        if each.readonly is True and each.key.isidentifier():
            what = f'the form "{short(element.form_key)}", which only shows'
            yield Site(element, element.line, what, each.key, world.scope(flow, element), waits=True)


def _own(form: Form, world: World, flow: Flow, element: Element) -> dict[str, Variable]:
    """The answers of the form itself, those inside its lists too."""
    outside = world.scope(flow, element)
    asked = [each for each in form.fields if each.readonly is not True]
    rows = {inner.key: Variable() for each in asked for inner in each.inside}
    return rows | {each.key: Variable(answer(each, world.feel, outside)) for each in asked}


# -- what is found ------------------------------------------------------------------------------------------------

Found = tuple[Element | SequenceFlow | Process, int, str, Remark]
_FOUND: WeakKeyDictionary[Look, list[Found]] = WeakKeyDictionary()


def _found(look: Look, kind: str) -> Iterator[Fault]:
    """The faults of one kind, each expression read once for all the rules."""
    if look not in _FOUND:
        _FOUND[look] = list(_read(look))
    for part, line, what, remark in _FOUND[look]:
        if remark.kind == kind:
            yield fault(part, f"{what}: {short(remark.message)}.", short(remark.remedy), line)


def _read(look: Look) -> Iterator[Found]:
    world = look.world
    if world is None:
        return
    for site in sites(look, world):
        what = f'{site.what} "{short(strip_feel(site.text))}"'
        yield from ((site.part, site.line, what, remark) for remark in remarks(site, world.feel))
    yield from _of_tables(look, world)


def remarks(site: Site, feel: Inspects) -> Iterator[Remark]:
    """What is wrong with the expression at a site; nothing where it is no FEEL, since a rule of its own says so."""
    text = strip_feel(site.text)
    parsed = tree(feel, text) if text else None
    if parsed is None:
        return
    yield from nothing(parsed, feel)
    reading = read(parsed, site.scope)
    for remark in reading.remarks:
        if not (site.waits and remark.kind == "unsure"):
            yield remark
    if site.wants and reading.shape.known and site.wants not in reading.shape.known:
        yield _wanted(site.wants)


_WANTED = {BOOLEAN: "true or false", NUMBER: "a whole number", LIST: "a list"}


def _wanted(kind: str) -> Remark:
    return Remark("truth", "", f"it can never be {_WANTED[kind]}", f"Write what gives {_WANTED[kind]}.")


def _of_tables(look: Look, world: World) -> Iterator[Found]:
    """What is wrong with the tables that are asked here, and were deployed before."""
    decisions = world.around.decisions or {}
    for element in look.elements("businessRuleTask"):
        decision = decisions.get(element.decision_ref)
        flow = world.flows.get(element.process)
        if decision is None or element.decision_ref in look.known.fresh or flow is None:
            continue
        for each in tables.readings(decision, decisions, world.feel, world.scope(flow, element)):
            yield element, element.line, f'the decision "{short(each.decision.id)}", {each.what}', each.remark


@rule("PW-870", section=OURS, plain="off")
def name_is_set(look: Look) -> Iterator[Fault]:
    """Every name that an expression reads is one that something can have set before."""
    yield from _found(look, "name")


@rule("PW-871", section=OURS, severity="warning", plain="off")
def name_is_set_on_every_way(look: Look) -> Iterator[Fault]:
    """A name that an expression reads is set on every way that leads there, or tested for null."""
    yield from _found(look, "unsure")


@rule("PW-872", section=OURS, plain="off")
def value_is_an_option(look: Look) -> Iterator[Fault]:
    """A value that an answer is compared with is one of its options, a date a date."""
    yield from _found(look, "value")


@rule("PW-873", section=OURS, plain="off")
def kinds_fit(look: Look) -> Iterator[Fault]:
    """Values are compared, reckoned with and handed to functions only as their kinds allow."""
    yield from _found(look, "type")


@rule("PW-874", section=OURS, plain="off")
def function_exists(look: Look) -> Iterator[Fault]:
    """Every function that an expression calls exists, and is given as many parameters as it has."""
    yield from _found(look, "function")


@rule("PW-875", section=OURS, plain="off")
def expression_is_not_prose(look: Look) -> Iterator[Fault]:
    """An expression is FEEL and not a sentence for people."""
    yield from _found(look, "prose")


@rule("PW-876", section=OURS, plain="off")
def value_is_of_the_kind_wanted(look: Look) -> Iterator[Fault]:
    """A condition can be true or false, a collection is a list, a cardinality a number."""
    yield from _found(look, "truth")


@rule("PW-877", section=OURS, severity="warning", plain="off")
def answers_are_collected(look: Look) -> Iterator[Fault]:
    """The answers of an activity that runs several times go into a collection, or the last overwrites the others."""
    for element in look.elements():
        loop = element.loop
        kept = element.outputs or results(look.diagram, element)
        if loop is not None and loop.kind == "multi" and not kept and _asks(look, element):
            remedy = "Name the properties outputCollection and outputElement, or output parameters."
            yield fault(element, "each answer overwrites the one before, so that only the last is kept.", remedy)


def _asks(look: Look, element: Element) -> bool:
    """Whether a person is asked something that is kept, in this activity or inside it."""
    inner = [each for each in look.diagram.elements.values() if element.id in look.diagram.scopes(each.id)]
    return any(_is_kept(look, each) for each in (element, *inner) if each.kind == "userTask" and each.form_key)


def _is_kept(look: Look, task: Element) -> bool:
    form = (look.known.forms or {}).get(task.form_key)
    return (form is None or bool(form.fields)) and not task.outputs


@rule("PW-878", section=OURS)
def payload_is_understood(look: Look) -> Iterator[Fault]:
    """The property payload names variables and their kinds."""
    for element in look.elements():
        text = element.properties.get("payload", "")
        if text and payload(text) is None:
            remedy = 'Write it like: judgement: "good" | "inadequate", judged_on: date, note: text.'
            yield fault(element, f'its payload "{short(text)}" is not understood.', remedy)


@rule("PW-879", section=OURS, plain="off")
def computed_role_exists(look: Look) -> Iterator[Fault]:
    """The roles that an expression gives as candidate groups are roles of the authority."""
    world, roles = look.world, look.known.roles
    if world is None or roles is None:
        return
    for element in look.elements("userTask"):
        for role in _computed_roles(world, element):
            if role not in roles:
                meant = near(role, roles)
                hint = f"Did you mean {meant}?" if meant else "Choose a role of config/authorities."
                yield fault(element, f'candidateGroups may give "{short(role)}", which is no role.', hint)


@rule("PW-889", section=OURS, severity="warning", plain="off")
def names_can_be_followed(look: Look) -> Iterator[Fault]:
    """A process is small enough for lint to know which names may be set where."""
    world = look.world
    if world is None:
        return
    for process in look.processes():
        flow = world.flows.get(process.key)
        if world.exhausted or (flow is not None and flow.graph.too_large):
            message = "it is too large for its variables to be followed, so slips in their names are not found."
            yield fault(process, message, "Move parts of it into processes that it calls.")


def _computed_roles(world: World, element: Element) -> Iterator[str]:
    """Give the roles that an expression may name, alone, in a list, or in a text with commas."""
    shape = _candidate_groups(world, element)
    item = (shape.item or shape) if shape.only(LIST) else shape
    for text in sorted(item.values or (), key=str) if item.only(TEXT) else ():
        yield from filter(None, map(str.strip, str(text).split(",")))


def _candidate_groups(world: World, element: Element) -> Shape:
    """Give what the expression of a task's candidate groups may be; anything where there is none to be read."""
    flow, text = world.flows.get(element.process), ",".join(element.candidate_groups)
    if flow is None or not is_feel(text):
        return ANY
    return shape_of(world.feel, strip_feel(text), world.scope(flow, element))


@rule("PW-880", section=OURS, plain="off")
def no_part_is_always_null(look: Look) -> Iterator[Fault]:
    """No part of an expression can only give null: a date that there is not, a range without an end, an unknown type."""
    yield from _found(look, "nothing")
