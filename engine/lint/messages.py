"""PW-89x: messages over all diagrams of an authority: what is waited for comes from somewhere, what is thrown goes
somewhere, and for how long it is kept for whoever will wait."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from engine.calendar import timers
from engine.diagram import Diagram, Element
from engine.errors import TimerNotUnderstood
from engine.lint.core import OURS, Fault, Finding, Known, Look, fault, quoted, registered, rule, short
from engine.lint.names.sources import payload
from engine.spelling import near

_ORPHANS = ("PW-891", "PW-892")


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
    """A message that is waited for is thrown by a diagram of the authority, or may be reported by somebody."""
    if not look.known.whole:
        return
    sent = _named(look, thrown)
    reported = {name for each in _everywhere(look) if _reporters(look, each) for name in caught(each)}
    for element in look.elements():
        for name in caught(element):
            if name not in sent | reported:
                message = f'no diagram throws the message "{short(name)}", and nobody may report it.'
                remedy = "Say who reports it by the property reportedBy (role ids), or deploy with it what throws it."
                yield fault(element, message, _meant(name, sent) + remedy)


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
                yield fault(element, message, _meant(name, wanted) + remedy)


def _meant(name: str, names: Iterable[str]) -> str:
    found = near(name, names)
    return f'Did you mean "{short(found)}"? ' if found else ""


@rule("PW-893", section=OURS, plain="off")
def reporter_exists(look: Look) -> Iterator[Fault]:
    """The roles that may report a message are roles of the authority."""
    known = look.known.roles
    for element in look.elements():
        for role in element.reported_by if known is not None and caught(element) else ():
            if role not in _reporters(look, element):
                remedy = "Choose a role of config/authorities, or add it there."
                yield fault(element, f'there is no role "{short(role)}", which may report it.', remedy)


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
    """What a message is said to bring (payload), the diagrams that throw it hand over, where nobody can report it."""
    for element in look.elements():
        for name, brought in _unbrought(look, element) if not element.reported_by else ():
            meant = near(name, brought)
            remedy = f"Did you mean {meant}?" if meant else "Add it as a camunda:inputParameter where it is thrown."
            yield fault(element, f'nothing that throws its message hands over "{short(name)}".', remedy)


def _unbrought(look: Look, element: Element) -> Iterator[tuple[str, set[str]]]:
    """What the payload of an element names and no diagram that throws its message hands over; with what these do."""
    names, waited = set(payload(element.properties.get("payload", "")) or ()), set(caught(element))
    if not names or not waited:
        return
    throwers = [each for each in _everywhere(look) if not waited.isdisjoint(thrown(each))]
    brought = {given.name for each in throwers for given in each.inputs}
    yield from ((name, brought) for name in sorted(names - brought) if throwers)


def orphaned(diagrams: tuple[Diagram, ...], whole: Known, before: Known) -> list[Finding]:
    """What of the diagrams deployed already would lose its sender or its receiver, once ``diagrams`` are deployed:
    ``whole`` is what stays beside them, ``before`` what there is now."""
    lost = {found for each in whole.others for found in _orphans(Look(each, diagrams, whole, None, strict=True))}
    known = {found for each in before.others for found in _orphans(Look(each, (), before, None, strict=True))}
    return list(lost - known)


def _orphans(look: Look) -> Iterator[Finding]:
    return (found for code in _ORPHANS for found in registered()[code].findings(look))
