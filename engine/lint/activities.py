"""PW-4xx: activities: tasks, subprocesses, calls, loops, compensation handlers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.diagram import Association, Element, EventDefinition, Loop
from engine.diagram.names import ACTIVITIES, LOOPS
from engine.lint.core import OURS, Fault, Look, fault, meant, rule, short

MOST_TOKENS = 100
"""The largest startQuantity and completionQuantity."""


@rule("PW-401", section="BPMN 2.0.2 §10.3.5")
def event_subprocess_has_no_flows(look: Look) -> Iterator[Fault]:
    """An event subprocess has no incoming and no outgoing sequence flow."""
    for element in look.diagram.of_kind("subProcess"):
        if element.triggered_by_event and (element.incoming or element.outgoing):
            remedy = "Take the flows out: its start event starts it."
            yield fault(element, "sequence flows lead to or from the event subprocess.", remedy)


@rule("PW-402", section="BPMN 2.0.2 §10.7.1")
def handler_has_no_flows(look: Look) -> Iterator[Fault]:
    """A compensation handler has no incoming and no outgoing sequence flow."""
    for element in look.diagram.elements.values():
        if element.for_compensation and (element.incoming or element.outgoing):
            remedy = "Take the flows out, and connect it by an association only."
            yield fault(element, "sequence flows lead to or from the compensation handler.", remedy)


def _compensating(look: Look) -> Iterator[Element]:
    return (event for event in look.diagram.of_kind("boundaryEvent") if "compensate" in event.event_kinds)


def _handler(look: Look, association: Association) -> Element | None:
    found = look.diagram.elements.get(association.target)
    return found if found is not None and found.for_compensation else None


def _associations(look: Look) -> dict[str, list[Association]]:
    """Give, by source, the associations that lead to an activity."""
    found: dict[str, list[Association]] = {}
    for association in look.diagram.associations.values():
        target = look.diagram.elements.get(association.target)
        if target is not None and target.kind in ACTIVITIES:
            found.setdefault(association.source, []).append(association)
    return found


@rule("PW-403", section="BPMN 2.0.2 §10.7.1")
def compensation_event_has_one_handler(look: Look) -> Iterator[Fault]:
    """A compensation boundary event has one association, to a compensation handler beside it."""
    associations = _associations(look)
    for event in _compensating(look):
        handlers = [_handler(look, one) for one in associations.get(event.id, ())]
        if len(handlers) != 1 or handlers[0] is None or handlers[0].parent != event.parent:
            remedy = "Lead one association from it to an activity marked as compensation (isForCompensation)."
            yield fault(event, "it does not lead to exactly one compensation handler.", remedy)


@rule("PW-404", section="BPMN 2.0.2 §10.7.1")
def compensation_event_has_no_flow(look: Look) -> Iterator[Fault]:
    """A compensation boundary event has no outgoing sequence flow."""
    for event in _compensating(look):
        if event.outgoing:
            yield fault(event, "a sequence flow leaves it.", "Use an association to the handler instead.")


@rule("PW-405", section="BPMN 2.0.2 §10.7.1")
def handler_is_used(look: Look) -> Iterator[Fault]:
    """A compensation handler belongs to a compensation boundary event."""
    sources = {event.id for event in _compensating(look)}
    used = {one.target for one in look.diagram.associations.values() if one.source in sources}
    for element in look.diagram.elements.values():
        handler = element.for_compensation and not element.triggered_by_event
        if handler and element.id not in used:
            remedy = "Lead an association to it from a compensation event on the border of what it undoes."
            yield fault(element, "no compensation boundary event leads to this handler.", remedy)


def _compensation_throws(look: Look) -> Iterator[tuple[Element, EventDefinition]]:
    for event in look.elements("intermediateThrowEvent", "endEvent"):
        for definition in event.event_definitions:
            if definition.kind == "compensate":
                yield event, definition


@rule("PW-406", section="BPMN 2.0.2 §10.7.2")
def compensated_activity_exists(look: Look) -> Iterator[Fault]:
    """The activityRef of a compensation throw names an activity beside it that can be compensated."""
    hosts = {event.attached_to for event in _compensating(look)}
    # A subprocess is compensated by what is inside it, so it needs no handler of its own.
    hosts |= {event.parent for event in _compensating(look)}
    for event, definition in _compensation_throws(look):
        wrong = _wrong_activity(look, event, definition.ref, hosts) if definition.ref else ""
        if wrong:
            remedy = "Name an activity beside it that has a compensation event, or leave activityRef out."
            yield fault(event, wrong, remedy, definition.line)


def _wrong_activity(look: Look, event: Element, ref: str, hosts: set[str]) -> str:
    activity = look.diagram.elements.get(ref)
    if activity is None or activity.kind not in ACTIVITIES:
        return f"what it compensates is wrong: {look.describe(ref)}."
    holder = look.diagram.elements.get(event.parent)
    outer = holder.parent if holder is not None and holder.triggered_by_event else event.parent
    if activity.parent != outer:
        return f'"{short(ref)}", which it compensates, is in another process or subprocess.'
    return "" if ref in hosts else f'"{short(ref)}" has no compensation handler.'


def _loops(look: Look, *kinds: str) -> Iterator[tuple[Element, Loop]]:
    for element in look.elements():
        if element.loop is not None and element.loop.kind in kinds:
            yield element, element.loop


@rule("PW-407", section="BPMN 2.0.2 §10.3.8")
def multi_instance_says_how_many(look: Look) -> Iterator[Fault]:
    """A multi-instance activity has either a cardinality or a collection."""
    for element, loop in _loops(look, "multi"):
        given = [bool(loop.cardinality), bool(loop.collection or loop.data_input)]
        if sum(given) != 1:
            message = "it says twice how often it runs." if all(given) else "it does not say how often it runs."
            yield fault(element, message, "Give it either a loopCardinality or a collection.", loop.line)


@rule("PW-408", section="BPMN 2.0.2 §10.3.8")
def activity_has_one_loop(look: Look) -> Iterator[Fault]:
    """An activity has at most one kind of loop."""
    for element, loop in _loops(look, *LOOPS.values()):
        if sum(1 for name in LOOPS for _ in element.node.iterfind(f"{{*}}{name}")) > 1:
            yield fault(element, "it has more than one loop.", "Keep one of its loops.", loop.line)


@rule("PW-409", section="BPMN 2.0.2 §10.3.8")
def standard_loop_ends(look: Look) -> Iterator[Fault]:
    """A standard loop has a condition or a maximum."""
    for element, loop in _loops(look, "standard"):
        if not loop.condition and not loop.maximum:
            yield fault(element, "its loop would never end.", "Give it a loopCondition or a loopMaximum.", loop.line)


@rule("PW-410", section="BPMN 2.0.2 §10.3.8")
def loop_maximum_is_a_number(look: Look) -> Iterator[Fault]:
    """A loopMaximum is a whole number of one or more."""
    for element, loop in _loops(look, "standard"):
        if loop.maximum and not _between(loop.maximum, 1, 999_999):
            message = f'loopMaximum is "{short(loop.maximum)}".'
            yield fault(element, message, "Use a whole number of 1 or more.", loop.line)


def _between(text: str, lowest: int, highest: int) -> bool:
    """Whether ``text`` is a whole number in ASCII digits between these two."""
    plain = text.isascii() and text.isdigit() and len(text) <= 9
    return plain and lowest <= int(text) <= highest


@rule("PW-411", section=OURS)
def loop_results_are_whole(look: Look) -> Iterator[Fault]:
    """outputCollection and outputElement come together, and elementVariable only with a collection."""
    for element, loop in _loops(look, "multi"):
        if bool(loop.output_collection) != bool(loop.output_element):
            remedy = "Give both properties, outputCollection and outputElement, or neither."
            yield fault(element, "only one of the two properties for the results is given.", remedy, loop.line)
        if loop.element_variable and not (loop.collection or loop.data_input):
            message = "elementVariable is given without a collection."
            yield fault(element, message, "Give it a collection, or use loopCounter.", loop.line)


@rule("PW-412", section="BPMN 2.0.2 §10.3.8")
def loop_data_exists(look: Look) -> Iterator[Fault]:
    """loopDataInputRef and loopDataOutputRef name data that exist."""
    for element, loop in _loops(look, "multi"):
        for ref in (loop.data_input, loop.data_output):
            if ref and ref not in look.diagram.data:
                message = f"its loop's data is wrong: {look.describe(ref)}."
                yield fault(element, message, "Use camunda:collection with FEEL instead.", loop.line)


@rule("PW-413", section="BPMN 2.0.2 §10.3")
def quantity_is_a_number(look: Look) -> Iterator[Fault]:
    """startQuantity and completionQuantity are whole numbers from 1 to 100."""
    for element in look.diagram.elements.values():
        pairs = (
            ("startQuantity", element.start_quantity),
            ("completionQuantity", element.completion_quantity),
        )
        for name, value in pairs:
            if not _between(value, 1, MOST_TOKENS):
                yield fault(element, f'{name} is "{short(value)}".', f"Use a whole number from 1 to {MOST_TOKENS}.")


@rule("PW-414", section="BPMN 2.0.2 §10.3.6")
def call_names_process(look: Look) -> Iterator[Fault]:
    """A call activity names the process that it calls."""
    for element in look.elements("callActivity"):
        if not element.called_element:
            yield fault(element, "it does not say which process it calls.", "Fill in calledElement.")


@rule("PW-415", section="BPMN 2.0.2 §10.3.3")
def receive_task_has_message(look: Look) -> Iterator[Fault]:
    """A receive task names the message it waits for."""
    for element in look.elements("receiveTask"):
        if not element.message_ref:
            yield fault(element, "it does not say which message it waits for.", "Choose or create its message.")


@rule("PW-416", section="BPMN 2.0.2 §10.3.3")
def task_message_exists(look: Look) -> Iterator[Fault]:
    """The messageRef of a send or receive task names a message that has a name."""
    for element in look.diagram.of_kind("sendTask", "receiveTask"):
        item = look.diagram.item("message", element.message_ref)
        if element.message_ref and item is None:
            message = f"its message is wrong: {look.describe(element.message_ref)}."
            yield fault(element, message, "Choose or create a message.")
        elif item is not None and not item.name:
            yield fault(element, f'its message "{short(item.id)}" has no name.', "Give the message a name.")


@rule("PW-417", section="BPMN 2.0.2 §10.3.3")
def task_has_something_to_do(look: Look) -> Iterator[Fault]:
    """A service task has a topic or an expression, a send task a topic or a message."""
    for element in look.elements("serviceTask", "sendTask"):
        given = element.topic or element.camunda("expression") or element.message_ref
        if not given:
            remedy = "Give it the topic notify, or (send task) a message, or (service task) a FEEL expression."
            yield fault(element, "it does not say what is to be done.", remedy)


@rule("PW-418", section="BPMN 2.0.2 §10.3.3")
def script_task_has_script(look: Look) -> Iterator[Fault]:
    """A script task has a script."""
    for element in look.elements("scriptTask"):
        if not element.script:
            yield fault(element, "it has no script.", "Write its FEEL expression, and name its result variable.")


@rule("PW-419", section="BPMN 2.0.2 §10.3.3")
def business_rule_task_has_decision(look: Look) -> Iterator[Fault]:
    """A business rule task names its decision table."""
    for element in look.elements("businessRuleTask"):
        if not element.decision_ref:
            yield fault(element, "it does not say which decision table it asks.", "Fill in camunda:decisionRef.")


@rule("PW-420", section=OURS)
def subprocess_is_not_empty(look: Look) -> Iterator[Fault]:
    """A subprocess holds something."""
    for element in look.elements("subProcess", "transaction"):
        if not look.diagram.children(element.id):
            yield fault(element, "the subprocess is empty.", "Draw its steps, or make it a task or a call activity.")


@rule("PW-421", section="BPMN 2.0.2 §10.3.3")
def instantiating_receive_has_no_incoming(look: Look) -> Iterator[Fault]:
    """A receive task that starts the process has no incoming flow."""
    for element in look.diagram.of_kind("receiveTask"):
        if element.instantiate and element.incoming:
            yield fault(element, "it starts the process, but a flow leads to it.", "Take instantiate or the flow out.")


@rule("PW-422", section="BPMN 2.0.2 §10.3.8")
def behavior_names_its_event(look: Look) -> Iterator[Fault]:
    """A multi-instance behavior of None or One names the event that is thrown, which names a signal or an escalation."""
    for element, loop in _loops(look, "multi"):
        needed = {"None": "noneBehaviorEventRef", "One": "oneBehaviorEventRef"}.get(loop.behavior)
        if needed and loop.event is None:
            message = f'behavior is "{loop.behavior}", but {needed} names no event definition of the file.'
            yield fault(element, message, "Name one that stands beside the process, or take behavior out.", loop.line)
        elif loop.event is not None and loop.event.kind in ("signal", "escalation") and not loop.event.name:
            message = f'behavior is "{loop.behavior}", and its event names no {loop.event.kind}.'
            yield fault(element, message, f"Choose the {loop.event.kind} in its event definition.", loop.line)


_RESULTS = frozenset(["singleEntry", "singleResult", "collectEntries", "resultList"])


@rule("PW-423", section=OURS)
def decision_result_is_known(look: Look) -> Iterator[Fault]:
    """mapDecisionResult is singleEntry, singleResult, collectEntries or resultList."""
    for element in look.elements("businessRuleTask"):
        if element.map_decision_result and element.map_decision_result not in _RESULTS:
            message = f'mapDecisionResult is "{short(element.map_decision_result)}".'
            yield fault(element, message, "Use singleEntry, singleResult, collectEntries or resultList.")


@rule("PW-424", section=OURS, severity="warning")
def process_does_not_call_itself(look: Look) -> Iterator[Fault]:
    """A process that calls itself could do so without end."""
    for element in look.elements("callActivity"):
        if element.called_element == element.process:
            yield fault(element, "it calls its own process.", "Draw a loop instead.")


#: By topic the parameters that it reads.
_PARAMETERS: Mapping[str, frozenset[str]] = {
    "notify": frozenset({"to", "subject", "text", "meeting"}),
    "category": frozenset({"category", "reason"}),
    "live-cases": frozenset({"process"}),
}


@rule("PW-425", section=OURS)
def parameter_is_one_of_its_topic(look: Look) -> Iterator[Fault]:
    """A parameter of a task with a topic is one that the topic reads: no other has an effect."""
    for element in look.elements("serviceTask", "sendTask"):
        known = _PARAMETERS.get(element.topic)
        for each in element.inputs if known is not None else ():
            if known is not None and each.name not in known:
                message = f'the topic {element.topic} has no parameter "{short(each.name)}".'
                remedy = meant(each.name, known) + f"It has: {', '.join(sorted(known))}."
                yield fault(element, message, remedy, each.line)
