"""PW-0xx: the file as a whole: ids, processes, what stands where."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.diagram import BPMN, Diagram, Element, Process, is_feel, nodes
from engine.lint.core import OURS, Fault, Look, fault, quoted, rule, short, words

_ID = re.compile(r"[^\W\d][\w.\-]*")
_BOOLEANS = words(
    """isExecutable isClosed cancelActivity isInterrupting triggeredByEvent parallelMultiple isForCompensation
    instantiate isImmediate isSequential testBefore isCollection waitForCompletion cancelRemainingInstances"""
)
_CHOICES = {
    "gatewayDirection": ("Unspecified", "Converging", "Diverging", "Mixed"),
    "eventGatewayType": ("Exclusive", "Parallel"),
    "processType": ("None", "Public", "Private"),
    "associationDirection": ("None", "One", "Both"),
    "behavior": ("None", "One", "All", "Complex"),
    "ordering": ("Parallel", "Sequential"),
}


@rule("PW-001", section="BPMN 2.0.2 §8.3.1")
def id_is_unique(look: Look) -> Iterator[Fault]:
    """No two elements have the same id."""
    for holder in look.diagram.duplicates:
        first = look.diagram.holders[holder.id]
        yield fault(
            holder,
            f"its id is also that of the {first.kind} on line {first.line}.",
            "Give one of them another id.",
        )


@rule("PW-002", section="BPMN 2.0.2 §8.3.1")
def element_has_id(look: Look) -> Iterator[Fault]:
    """Every process, flow node, flow, lane and pool has an id: histories and running cases name elements
    by it."""
    for holder in look.diagram.anonymous:
        yield Fault("", short(holder.name), holder.line, f"a {holder.kind} has no id.", "Give it an id.")


@rule("PW-003", section="BPMN 2.0.2 §8.3.1")
def id_is_well_formed(look: Look) -> Iterator[Fault]:
    """An id is an XML name: a letter or underscore, then letters, digits, hyphens, dots and underscores."""
    for holder in look.diagram.holders.values():
        if not _ID.fullmatch(holder.id):
            yield fault(holder, "its id is not an XML name.", "Use letters, digits, hyphens and underscores only.")


@rule("PW-004", section=OURS, plain="warning")
def file_has_executable_process(look: Look) -> Iterator[Fault]:
    """A file holds at least one executable process, else nothing in it would run."""
    if not any(process.executable for process in look.diagram.processes.values()):
        process = next(iter(look.diagram.processes.values()), None)
        line = process.line if process else 1
        remedy = 'Set isExecutable="true" on the process that is to run.'
        yield Fault(short(process.key) if process else "", "", line, "no process here is executable.", remedy)


@rule("PW-005", section="BPMN 2.0.2 §8.4.8")
def element_is_known(look: Look) -> Iterator[Fault]:
    """A process or subprocess holds only elements that BPMN puts there."""
    for stray in look.diagram.strays:
        where = f'"{short(stray.tag)}" is no BPMN element of a process (inside "{short(stray.parent)}").'
        if stray.foreign:
            where = f'"{short(stray.tag)}" is of another namespace, outside extensionElements.'
        yield fault(stray, where, "Take it out, or correct its name.")


@rule("PW-006", section="BPMN 2.0.2 §15.3")
def attribute_value_is_allowed(look: Look) -> Iterator[Fault]:
    """Attributes that are true or false, or one of a few words, hold one of these."""
    for node in look.diagram.root.iter(f"{{{BPMN}}}*"):
        for name, value in nodes.attributes(node).items():
            allowed = ("true", "false", "1", "0") if name in _BOOLEANS else _CHOICES.get(name, ())
            if allowed and value.strip() not in allowed:
                message = f'{name} is "{short(value)}".'
                yield Fault(
                    short(nodes.attr(node, "id")),
                    "",
                    nodes.line(node),
                    message,
                    f"Use one of {quoted(allowed)}.",
                )


@rule("PW-007", section="BPMN 2.0.2 §10.2")
def process_is_not_empty(look: Look) -> Iterator[Fault]:
    """An executable process has at least one flow element."""
    for process in look.processes():
        if not look.diagram.children(process.key):
            yield fault(process, "the process is empty.", "Draw at least a start event, a task and an end event.")


@rule("PW-008", section=OURS, plain="off", severity="warning")
def key_is_file_name(look: Look) -> Iterator[Fault]:
    """A file that holds one executable process is named after its key."""
    keys = [process.key for process in look.processes()]
    stem = re.split(r"[\\/]", look.diagram.file)[-1].removesuffix(".bpmn")
    if len(keys) == 1 and keys[0] != stem:
        process = look.diagram.processes[keys[0]]
        yield fault(process, f'the file is named "{short(stem)}".', f'Name the file "{short(keys[0])}.bpmn".')


@rule("PW-009", section=OURS)
def key_is_used_once(look: Look) -> Iterator[Fault]:
    """No two files that are deployed together hold a process with the same key."""
    for other in _before(look.diagrams, look.diagram):
        for key in sorted(other.processes.keys() & look.diagram.processes.keys()):
            process = look.diagram.processes[key]
            yield fault(process, f"{other.file} also has a process with this id.", "Give one of them another id.")


def _before(diagrams: tuple[Diagram, ...], diagram: Diagram) -> tuple[Diagram, ...]:
    return diagrams[: diagrams.index(diagram)]


@rule("PW-010", section=OURS, plain="off")
def scope_has_start(look: Look) -> Iterator[Fault]:
    """A process or subprocess has a start event (without one, BPMN starts every element that nothing
    leads to)."""
    for scope, key in _scopes(look):
        if look.diagram.children(key) and not look.diagram.starts(key):
            yield fault(scope, "it has no start event.", "Add a start event that leads to its first step.")


def _scopes(look: Look) -> Iterator[tuple[Process | Element, str]]:
    """Give the processes that run and their embedded subprocesses, with their ids."""
    for process in look.processes():
        yield process, process.key
    for element in look.elements("subProcess", "transaction"):
        if not element.triggered_by_event:
            yield element, element.id


@rule("PW-011", section="BPMN 2.0.2 §10.3.5")
def subprocess_has_one_start(look: Look) -> Iterator[Fault]:
    """An embedded subprocess or transaction has no more than one start event."""
    for element in look.elements("subProcess", "transaction"):
        starts = look.diagram.starts(element.id)
        if not element.triggered_by_event and len(starts) > 1:
            yield fault(element, f"the subprocess has {len(starts)} start events.", "Keep one start event.")


@rule("PW-012", section="BPMN 2.0.2 §10.5.2")
def process_has_one_plain_start(look: Look) -> Iterator[Fault]:
    """A process has at most one start event without a definition: with two it isn't clear which one to
    start."""
    for process in look.processes():
        plain = [start for start in look.diagram.starts(process.key) if not start.event_definitions]
        for extra in plain[1:]:
            message = f'the process also starts at "{short(plain[0].id)}".'
            yield fault(extra, message, "Leave one start event without a trigger, give the others one.")


@rule("PW-013", section="BPMN 2.0.2 §10.5.3")
def start_and_end_come_together(look: Look) -> Iterator[Fault]:
    """A process or subprocess that has a start event has an end event too, and the other way round."""
    for scope, key in _scopes(look):
        kinds = {child.kind for child in look.diagram.children(key)}
        if ("startEvent" in kinds) != ("endEvent" in kinds):
            missing = "an end" if "startEvent" in kinds else "a start"
            yield fault(scope, f"it does not have {missing} event.", f"Add {missing} event.")


LONGEST_ID, LONGEST_NAME = 200, 1_000
"""In characters: ids and names are shown in pages, and kept with a version's elements."""
LONGEST_KEPT, LONGEST_ROLE = 250, 60
"""In characters: the columns for names of processes and messages, form keys and people, and for roles."""
_KEPT = frozenset(["process", "message", "signal"])


@rule("PW-014", section=OURS)
def names_are_short(look: Look) -> Iterator[Fault]:
    """An id has at most 200 characters; the name of a process, message or signal at most 250, another at most
    1,000."""
    for holder in look.diagram.holders.values():
        longest = LONGEST_KEPT if holder.kind in _KEPT else LONGEST_NAME
        for what, text, most in (("id", holder.id, LONGEST_ID), ("name", holder.name, longest)):
            if len(text) > most:
                yield fault(holder, f"its {what} has {len(text):,} characters.", f"Use at most {most:,}.")


@rule("PW-015", section=OURS)
def keys_and_roles_are_short(look: Look) -> Iterator[Fault]:
    """A form key and an assignee have at most 250 characters, the id of a role at most 60."""
    for process in look.processes():
        for role in process.candidate_starter_groups:
            yield from _too_long(process, "a role", role, LONGEST_ROLE)
    for element in look.elements():
        yield from _too_long(element, "its form key", element.form_key, LONGEST_KEPT)
        yield from _too_long(element, "its assignee", element.assignee, LONGEST_KEPT)
        for role in (*element.candidate_groups, *_told(element)):
            yield from _too_long(element, "a role", role, LONGEST_ROLE)


def _told(element: Element) -> tuple[str, ...]:
    """Give the roles that a notification goes to."""
    to = (one.text for one in element.inputs if one.name == "to") if element.topic == "notify" else ()
    return tuple(role for text in to for role in nodes.words(text))


def _too_long(part: Process | Element, what: str, text: str, most: int) -> Iterator[Fault]:
    if len(text) > most and not is_feel(text):
        yield fault(part, f"{what} has {len(text):,} characters.", f"Use at most {most:,}.")
