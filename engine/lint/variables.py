"""PW-87x: names and types. What an expression reads must be something that a form, message, script, table or process can
have set, and what it is compared with something that it can be (engine/lint/names)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from weakref import WeakKeyDictionary

from lxml import etree

from engine.diagram import Element, Process, SequenceFlow, is_feel, strip_feel
from engine.forms.checking import expressions
from engine.lint import tables
from engine.lint.core import OURS, Fault, Look, fault, quoted, rule, short
from engine.lint.names import Inspects, Remark, World, nothing, read
from engine.lint.names.constant import constant
from engine.lint.names.elements import crossing, hands_all, results
from engine.lint.names.flows import Flow
from engine.lint.names.reading import NOWHERE
from engine.lint.names.shapes import ANY, BOOLEAN, LIST, TEXT, Shape, Value
from engine.lint.names.sources import payload, shape_of, tree
from engine.lint.names.world import SCHOOL
from engine.lint.sites import Site, sites
from engine.lint.wants import unfit
from engine.spelling import near
from engine.steps import NO_CATEGORY

# -- what is found ------------------------------------------------------------------------------------------------

#: A part of a diagram, a line, what stands there, what is wrong with it, and in how many other places the same is wrong.
Found = tuple[Element | SequenceFlow | Process, int, str, Remark, int]
_FOUND: WeakKeyDictionary[Look, list[Found]] = WeakKeyDictionary()


def _found(look: Look, kind: str) -> Iterator[Fault]:
    """The faults of one kind, each expression read once for all the rules."""
    if look not in _FOUND:
        _FOUND[look] = _once(list(_read(look)))
    for part, line, what, remark, more in _FOUND[look]:
        if remark.kind == kind:
            also = f", and in {more} more place{'s' if more > 1 else ''}" if more else ""
            yield fault(part, f"{what}: {short(remark.message)}{also}.", short(remark.remedy), line)


def _once(found: list[Found]) -> list[Found]:
    """Of what is said of one name or value in several places the first; and nothing of a name that is not set since the one
    that should set it is misspelt."""
    meant = {remark.remedy.removeprefix("Did you mean ").removesuffix("?") for *_, remark, _ in found}
    causes = [each for each in found if not _follows(each[3], meant)]
    counts = Counter(each[3] for each in causes)
    firsts = {each[3]: each for each in reversed(causes)}
    return [_counted(each, counts) for each in causes if not each[3].name or firsts[each[3]] is each]


def _counted(found: Found, counts: Counter[Remark]) -> Found:
    remark = found[3]
    return (*found[:4], counts[remark] - 1 if remark.name else 0)


def _follows(remark: Remark, meant: set[str]) -> bool:
    return remark.name in meant and remark.message.endswith(NOWHERE)


def _read(look: Look) -> Iterator[Found]:
    world = look.world
    if world is None:
        return
    for site in sites(look, world):
        what = f'{site.what} "{short(strip_feel(site.text))}"'
        yield from ((site.part, site.line, what, remark, 0) for remark in remarks(site, world.feel))
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
            yield element, element.line, f'the decision "{short(each.decision.id)}", {each.what}', each.remark, 0


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
    """The roles that an expression gives as candidate groups, or as those whom a notification tells, are roles."""
    world, roles = look.world, look.known.roles
    if world is None or roles is None:
        return
    for element, what, shape in _computed(look, world):
        for role in named_roles(shape):
            if role not in roles:
                meant = near(role, roles)
                hint = f"Did you mean {meant}?" if meant else "Choose a role of config/authorities."
                yield fault(element, f'{what} may give "{short(role)}", which is no role.', hint)


@rule("PW-868", section=OURS, severity="warning", plain="off")
def category_is_no_slip(look: Look) -> Iterator[Fault]:
    """A category that one task alone gives, and no school is in, is no slip of one that there is."""
    world, known = look.world, look.known.categories
    if world is None or not known:
        return
    given = {element: _categories(world, flow, element) for flow, element in world.categorising}
    for _, element in world.categorising:
        if look.diagram.elements.get(element.id) is element:
            there = known.union(*(map(str, values) for key, values in given.items() if key is not element))
            yield from (_no_category(element, value, there) for value in _new(given[element], there))


@rule("PW-899", section=OURS, plain="off")
def held_category_is_given(look: Look) -> Iterator[Fault]:
    """The categories that a process holds (holdsCategory) are such as a school of the register, or a task, is put in."""
    world, known = look.world, look.known.categories
    if world is None or not known:
        return
    there = _put_in(world, known)
    for process in look.processes():
        for value in _listed(process.properties.get("holdsCategory", "")):
            if there is not None and value not in there:
                message = f'it holds schools in the category "{short(value)}", and puts none in it.'
                yield fault(process, message, f"Schools are in: {quoted(sorted(there))}.")


def _put_in(world: World, known: frozenset[str]) -> frozenset[str] | None:
    """The categories of the register, and those in which tasks put schools; None where these are not known."""
    given = [world.category(flow, element).values for flow, element in world.categorising]
    if any(values is None for values in given):
        return None
    return known.union(*(map(str, values or ()) for values in given)) - {""}


def _listed(text: str) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip()]


def _categories(world: World, flow: Flow, element: Element) -> frozenset[Value]:
    """What a task gives by itself: without the category that the school is in, where that is known."""
    return world.fresh.get((flow.key, element.id), world.category(flow, element).values or frozenset())


#: A shorter one, such as "A", is near any other.
_LONG = 4


def _new(given: Iterable[object], there: frozenset[str]) -> list[str]:
    """The categories that a task alone gives, each near to one of those that are there anyway, or of their letters."""
    fresh = set(map(str, given)) - there - {"", NO_CATEGORY}
    return [value for value in sorted(fresh) if _is_slip(value, there - {""})]


def _is_slip(value: str, there: frozenset[str]) -> bool:
    """Where all categories are letters or numbers, another one is none; else what is near one of them."""
    codes = all(len(each) < _LONG for each in there - {NO_CATEGORY})
    return codes or (bool(near(value, there)) and (len(value) >= _LONG or value.casefold() in map(str.casefold, there)))


def _no_category(element: Element, value: str, there: frozenset[str]) -> Fault:
    message = f'it puts the school in the category "{short(value)}", in which no other school is.'
    same = next((each for each in sorted(there) if each.casefold() == value.casefold()), "")
    meant = same or (near(value, there) if len(value) >= _LONG else "")
    hint = f'Did you mean "{meant}"?' if meant else f"Schools are in: {quoted(sorted(there - {''}))}."
    return fault(element, message, hint)


_OF_A_SCHOOL = re.compile(r"\bschool\.[a-z]")


@rule("PW-869", section=OURS, plain="off")
def called_process_has_the_school(look: Look) -> Iterator[Fault]:
    """A called process that reads the school is handed it."""
    world = look.world
    for element in look.elements("callActivity") if world is not None else ():
        handed = crossing(element, "in")
        if hands_all(handed) or any(each.target == SCHOOL for each in handed):
            continue
        called = world.flows.get(element.called_element) if world is not None else None
        if called is not None and _reads_the_school(look, called):
            message = f'"{short(element.called_element)}" reads the school, and is not handed it.'
            yield fault(element, message, "Name school in camunda:in too.")


def _reads_the_school(look: Look, called: Flow) -> bool:
    process = called.diagram.processes[called.key]
    keys = {each.form_key for each in called.graph.elements.values()} - {""}
    forms = [form for key in keys if (form := (look.known.forms or {}).get(key)) is not None]
    texts = [text for form in forms for _, text in expressions(form.components)]
    return any(map(_OF_A_SCHOOL.search, [etree.tostring(process.node, encoding="unicode"), *texts]))


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


def named_roles(shape: Shape) -> Iterator[str]:
    """Give the roles that a value may name, alone, in a list, or in a text with commas."""
    item = (shape.item or shape) if shape.only(LIST) else shape
    said = {role.strip() for text in (item.values or ()) if item.only(TEXT) for role in str(text).split(",")}
    return iter(sorted(said - {""}))


def _computed(look: Look, world: World) -> Iterator[tuple[Element, str, Shape]]:
    """Give what expressions that name roles may be, and where they stand."""
    for element in look.elements("userTask"):
        yield element, "candidateGroups", computed(world, element, ",".join(element.candidate_groups))
    for element in look.elements("serviceTask", "sendTask"):
        told = [each.text for each in element.inputs if each.name == "to"] if element.topic == "notify" else []
        yield from ((element, "whom it notifies", computed(world, element, text)) for text in told)


def computed(world: World, element: Element, text: str) -> Shape:
    """Give what an expression of an element may be; anything where there is none to be read."""
    flow = world.flows.get(element.process)
    if flow is None or not is_feel(text):
        return ANY
    return shape_of(world.feel, strip_feel(text), world.scope(flow, element))


@rule("PW-880", section=OURS, plain="off")
def no_part_is_always_null(look: Look) -> Iterator[Fault]:
    """No part of an expression can only give null: a date that there is not, a range without an end, an unknown type."""
    yield from _found(look, "nothing")
