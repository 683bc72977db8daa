"""PW-89x: messages over all diagrams of an authority: what is waited for comes from somewhere, what is thrown goes
somewhere, and for how long it is kept for whoever will wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from engine.calendar import timers
from engine.diagram import Diagram, Element
from engine.errors import TimerNotUnderstood
from engine.lint.core import OURS, Fault, Finding, Known, Look, fault, meant, quoted, registered, rule, short
from engine.lint.names import Shape, World
from engine.lint.names.sources import payload
from engine.lint.names.wording import listing, what
from engine.spelling import near
from engine.steps import SCHOOL_CHANGED

#: What diagrams deployed already lose by a new one: who sends or throws, who waits, what a message brings.
_ORPHANS = ("PW-230", "PW-891", "PW-892", "PW-895")


def caught(element: Element) -> tuple[str, ...]:
    """The names of the messages that an element waits for."""
    if element.kind == "receiveTask":
        return (element.message_name,) if element.message_name else ()
    return _of_events(element) if element.catching else ()


def thrown(element: Element) -> tuple[str, ...]:
    """The names of the messages that an element throws: a task only where it has no topic, which comes first."""
    if element.kind in ("sendTask", "serviceTask"):
        return (element.message_name,) if element.message_name and not element.topic else ()
    return _of_events(element) if element.throwing else ()


def _of_events(element: Element) -> tuple[str, ...]:
    return tuple(each.name for each in element.event_definitions if each.kind == "message" and each.name)


def _running(diagram: Diagram) -> Iterator[Element]:
    """The elements of the processes of any diagram that run: of those that say so, or of all when none does."""
    running = {key for key, process in diagram.processes.items() if process.executable} or diagram.processes.keys()
    return (element for element in diagram.elements.values() if element.process in running)


def _everywhere(look: Look) -> Iterator[Element]:
    """The elements of all diagrams of the authority: those checked together, and those deployed already."""
    return (element for diagram in (*look.diagrams, *look.known.others) for element in _running(diagram))


def _named(look: Look, names_of: Callable[[Element], tuple[str, ...]]) -> set[str]:
    return {name for element in _everywhere(look) for name in names_of(element)}


def _reporters(look: Look, element: Element) -> list[str]:
    """The roles that may report what an element waits for, as far as they exist."""
    known = look.known.roles
    return [role for role in element.reported_by if known is None or role in known]


@rule("PW-891", section=OURS, plain="off")
def message_comes_from_somewhere(look: Look) -> Iterator[Fault]:
    """A message that is waited for is thrown by a diagram of the authority, may be reported by somebody, or is the register's."""
    if not look.known.whole:
        return
    sent = _named(look, thrown) | {SCHOOL_CHANGED}
    reported = {name for each in _everywhere(look) if _reporters(look, each) for name in caught(each)}
    for element in look.elements():
        for name in caught(element):
            if name not in sent | reported:
                message = f'no diagram throws the message "{short(name)}", and nobody may report it.'
                remedy = "Say who reports it by the property reportedBy (role ids), or deploy with it what throws it."
                yield fault(element, message, meant(name, sent) + remedy)


@rule("PW-892", section=OURS, plain="off")
def message_goes_somewhere(look: Look) -> Iterator[Fault]:
    """A message that is thrown is waited for in a diagram of the authority."""
    if not look.known.whole:
        return
    wanted = _named(look, caught)
    for element in look.elements():
        for name in thrown(element):
            if name not in wanted:
                message = f'no diagram waits for the message "{short(name)}".'
                remedy = "Catch it in a diagram that is deployed with this one, or take it out."
                yield fault(element, message, meant(name, wanted) + remedy)


@rule("PW-893", section=OURS, plain="off")
def reporter_exists(look: Look) -> Iterator[Fault]:
    """The roles that may report a message are roles of the authority."""
    known = look.known.roles
    for element in look.elements():
        for role in element.reported_by if known is not None and caught(element) else ():
            if role not in _reporters(look, element):
                remedy = "Choose a role of config/authorities, or add it there."
                message = f'there is no role "{short(role)}", which may report it.'
                yield fault(element, message, meant(role, known or ()) + remedy)


@rule("PW-894", section=OURS)
def keep_for_is_a_duration(look: Look) -> Iterator[Fault]:
    """The property keepFor is a duration, in words or in ISO 8601."""
    for element in look.elements():
        reason = _no_duration(element.properties["keepFor"]) if "keepFor" in element.properties else ""
        if reason:
            message = f'keepFor is "{short(element.properties["keepFor"])}", which is no duration: {reason}.'
            yield fault(element, message, f"Write for instance {quoted(timers.EXAMPLES['duration'])}.")


def _no_duration(text: str) -> str:
    try:
        timers.parse_length(text)
    except TimerNotUnderstood as error:
        return short(str(error.details.get("reason", ""))).rstrip(".")
    return ""


@rule("PW-895", section=OURS, plain="off")
def payload_is_brought(look: Look) -> Iterator[Fault]:
    """What a message is said to bring (payload), each element that throws it hands over, where nobody can report it."""
    for thrower in look.elements():
        brought = {given.name for given in thrower.inputs}
        for receiver, name in _unbrought(look, thrower, brought):
            likely = near(name, brought)
            remedy = f"Did you mean {name} by {likely}?" if likely else "Add it as a camunda:inputParameter."
            waiting = short(receiver.name or receiver.id)
            yield fault(
                thrower, f'it does not hand over "{short(name)}", which its receiver "{waiting}" counts on.', remedy
            )


def _unbrought(look: Look, thrower: Element, brought: set[str]) -> Iterator[tuple[Element, str]]:
    """What the payload of an element that waits for a message of another names, and that does not hand over."""
    sent = set(thrown(thrower))
    receivers = [each for each in _everywhere(look) if not sent.isdisjoint(caught(each))] if sent else []
    said: set[str] = set()
    for each in receivers:
        declared = set(payload(each.properties.get("payload", "")) or ()) if not each.reported_by else set[str]()
        yield from ((each, name) for name in sorted(declared - brought - said))
        said |= declared


def orphaned(diagrams: tuple[Diagram, ...], whole: Known, before: Known) -> list[Finding]:
    """What of the diagrams deployed already would lose its sender or its receiver, once ``diagrams`` are deployed:
    ``whole`` is what stays beside them, ``before`` what there is now."""
    lost = {found for each in whole.others for found in _orphans(Look(each, diagrams, whole, None, strict=True))}
    there = () if before.as_checked else before.others
    known = {found for each in there for found in _orphans(Look(each, (), before, None, strict=True))}
    return list(lost - known)


def _orphans(look: Look) -> Iterator[Finding]:
    return (found for code in _ORPHANS for found in registered()[code].findings(look))


def _signals(element: Element) -> set[str]:
    thrown_by_loop = {element.loop.event.name} if element.loop is not None and element.loop.event is not None else set()
    return thrown_by_loop | {each.name for each in element.event_definitions if each.kind == "signal" and each.name}


@rule("PW-896", section=OURS, severity="warning", plain="off")
def signal_comes_from_somewhere(look: Look) -> Iterator[Fault]:
    """A signal that is waited for is thrown in a diagram of the authority."""
    if not look.known.whole:
        return
    sent = {name for each in _everywhere(look) if each.throwing or each.loop is not None for name in _signals(each)}
    for element in look.elements():
        for name in sorted(_signals(element) - sent) if element.catching else ():
            remedy = "Throw it in a diagram that is deployed with this one, or take the event out."
            yield fault(element, f'no diagram throws the signal "{short(name)}".', meant(name, sent) + remedy)


@rule("PW-897", section=OURS, plain="off")
def payload_is_of_its_kind(look: Look) -> Iterator[Fault]:
    """What the diagrams that throw a message hand over is of the kind, and of the values, that its receiver declares
    (payload)."""
    for element in look.elements() if look.world is not None else ():
        declared = payload(element.properties.get("payload", "")) or {}
        for name, shape in _brought(look, element) if declared else ():
            wrong = _unlike(declared[name], shape) if name in declared else ""
            if wrong:
                remedy = "Correct the payload, or what is handed over where the message is thrown."
                yield fault(element, f'its payload declares "{short(name)}" as {wrong} is handed over.', remedy)


def _brought(look: Look, element: Element) -> Iterator[tuple[str, Shape]]:
    """What the elements that throw a message which an element waits for hand over."""
    waited = set(caught(element))
    throwers = (each for each in _everywhere(look) if not waited.isdisjoint(thrown(each)))
    return (given for each in throwers for given in _handed(look.world, each))


def _unlike(declared: Shape, given: Shape) -> str:
    """How what is handed over is not what is declared, in words; empty where it is."""
    if declared.known and given.known and not declared.known & given.known:
        return f"{what(declared)}, and {what(given)}"
    if declared.values is None or given.values is None:
        return ""
    strange = given.values - declared.values
    wrong = strange if given.literal or not given.values & declared.values else frozenset()
    return f"one of {listing(declared.values)}, and {listing(wrong)}" if wrong else ""


def _handed(world: World | None, thrower: Element) -> Iterator[tuple[str, Shape]]:
    """What an element hands over with its message, by name."""
    flow = world.flows.get(thrower.process) if world is not None else None
    if world is not None and flow is not None and flow.graph.elements.get(thrower.id) is thrower:
        scope = world.scope(flow, thrower, inside=False)
        yield from ((each.name, world.text(each.text, scope)) for each in thrower.inputs)
