"""PW-87x: names and types. What an expression reads must be something that a form, message, script, table or process can
have set, and what it is compared with something that it can be (engine/lint/names)."""

from __future__ import annotations

from collections.abc import Iterator
from weakref import WeakKeyDictionary

from engine.diagram import Element, Process, SequenceFlow, is_feel, strip_feel
from engine.lint import tables
from engine.lint.core import OURS, Fault, Look, fault, rule, short
from engine.lint.names import Inspects, Remark, World, nothing, read
from engine.lint.names.constant import constant
from engine.lint.names.elements import results
from engine.lint.names.shapes import ANY, BOOLEAN, LIST, TEXT, Shape
from engine.lint.names.sources import payload, shape_of, tree
from engine.lint.sites import Site, sites
from engine.lint.wants import unfit
from engine.spelling import near

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
    wrong = unfit(site.wants, reading.shape)
    yield from [wrong] if wrong else constant(parsed) if site.wants == BOOLEAN else []


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
    """A condition can be true and can be false, a collection is a list, a cardinality a number; what is counted from is a
    date."""
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
