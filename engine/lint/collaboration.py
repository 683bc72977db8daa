"""PW-6xx: pools, lanes, message flows and associations."""

from __future__ import annotations

from collections.abc import Iterator

from engine.diagram import Element, MessageFlow
from engine.diagram.names import ACTIVITIES
from engine.lint.core import OURS, Fault, Look, fault, rule, short


def _ends(flow: MessageFlow) -> Iterator[tuple[str, str]]:
    yield "source", flow.source
    yield "target", flow.target


@rule("PW-601", section="BPMN 2.0.2 §9.4")
def message_flow_ends_exist(look: Look) -> Iterator[Fault]:
    """A message flow's ends are pools, or elements, that exist."""
    for flow in look.diagram.message_flows.values():
        for end, ref in _ends(flow):
            if not _known(look, ref):
                wrong = look.describe(ref) if ref else "it has none"
                yield fault(flow, f"its {end} is wrong: {wrong}.", "Connect both its ends.")


def _known(look: Look, ref: str) -> bool:
    return any(ref in known for known in (look.diagram.pools, look.diagram.elements, look.diagram.stray_ids))


def _process(look: Look, ref: str) -> str:
    """Give the process in which, or as whose pool, ``ref`` stands; empty for a black box or a dangling
    end."""
    element = look.diagram.elements.get(ref)
    if element is not None:
        return element.process
    pool = look.diagram.pools.get(ref)
    return pool.process if pool is not None else ""


@rule("PW-602", section="BPMN 2.0.2 §7.6.2")
def message_flow_joins_two_pools(look: Look) -> Iterator[Fault]:
    """A message flow joins two different pools."""
    for flow in look.diagram.message_flows.values():
        process = _process(look, flow.source)
        inside = process and process == _process(look, flow.target)
        if flow.source == flow.target or inside:
            remedy = "Use a sequence flow inside a pool."
            yield fault(flow, "both its ends are in the same pool.", remedy)


@rule("PW-603", section="BPMN 2.0.2 §7.6.2")
def message_flow_starts_at_a_sender(look: Look) -> Iterator[Fault]:
    """A message flow starts at a pool, an activity or an event that throws a message."""
    for flow in look.diagram.message_flows.values():
        source = look.diagram.elements.get(flow.source)
        if source is not None and not _sends(source):
            remedy = "Start it at the pool, a task, or an event that throws a message."
            yield fault(flow, f'its source "{short(source.id)}" cannot send a message.', remedy)


def _sends(element: Element) -> bool:
    return element.kind in ACTIVITIES or (element.throwing and "message" in element.event_kinds)


@rule("PW-604", section="BPMN 2.0.2 §7.6.2")
def message_flow_ends_at_a_receiver(look: Look) -> Iterator[Fault]:
    """A message flow ends at a pool, an activity or an event that catches a message."""
    for flow in look.diagram.message_flows.values():
        target = look.diagram.elements.get(flow.target)
        if target is not None and not _receives(target):
            remedy = "End it at the pool, a task, or an event that catches a message."
            yield fault(flow, f'its target "{short(target.id)}" cannot receive a message.', remedy)


def _receives(element: Element) -> bool:
    return element.kind in ACTIVITIES or (element.catching and "message" in element.event_kinds)


@rule("PW-605", section="BPMN 2.0.2 §9.4")
def message_flow_message_exists(look: Look) -> Iterator[Fault]:
    """The messageRef of a message flow names a message."""
    for flow in look.diagram.message_flows.values():
        if flow.message_ref and look.diagram.item("message", flow.message_ref) is None:
            message = f"its message is wrong: {look.describe(flow.message_ref)}."
            yield fault(flow, message, "Choose or create a message.")


@rule("PW-606", section="BPMN 2.0.2 §9.3")
def pool_process_exists(look: Look) -> Iterator[Fault]:
    """A pool's processRef names a process of the file."""
    for pool in look.diagram.pools.values():
        if pool.process and pool.process not in look.diagram.processes:
            message = f"its process is wrong: {look.describe(pool.process)}."
            yield fault(pool, message, "Name a process of this file, or take processRef out for a black box.")


@rule("PW-607", section="BPMN 2.0.2 §9.3")
def process_has_one_pool(look: Look) -> Iterator[Fault]:
    """No two pools show the same process."""
    seen: dict[str, str] = {}
    for pool in look.diagram.pools.values():
        first = seen.setdefault(pool.process, pool.id) if pool.process else pool.id
        if first != pool.id:
            yield fault(pool, f'the pool "{short(first)}" shows the same process.', "Keep one of the pools.")


@rule("PW-608", section="BPMN 2.0.2 §10.8")
def lane_members_exist(look: Look) -> Iterator[Fault]:
    """A lane holds flow nodes of its own process."""
    for lane in look.diagram.lanes.values():
        for ref in lane.members:
            member = look.diagram.elements.get(ref)
            if ref in look.diagram.stray_ids:
                continue
            if member is None:
                yield fault(lane, f"what it holds is wrong: {look.describe(ref)}.", "Take the reference out.")
            elif member.process != lane.process:
                message = f'"{short(ref)}", which it holds, is of another process.'
                yield fault(lane, message, "Take the reference out.")


@rule("PW-609", section="BPMN 2.0.2 §10.8")
def element_is_in_one_lane(look: Look) -> Iterator[Fault]:
    """A flow node is in at most one lane of a lane set."""
    seen: dict[tuple[int, str], str] = {}
    for lane in look.diagram.lanes.values():
        for ref in lane.members:
            first = seen.setdefault((lane.lane_set, ref), lane.id)
            if first != lane.id:
                message = f'"{short(ref)}" is in the lane "{short(first)}" already.'
                yield fault(lane, message, "Move the element wholly into one lane.")


@rule("PW-610", section=OURS, severity="warning")
def every_element_is_in_a_lane(look: Look) -> Iterator[Fault]:
    """Where a process has lanes, each of its elements is in one."""
    divided = {lane.process for lane in look.diagram.lanes.values()}
    members = {member for lane in look.diagram.lanes.values() for member in lane.members}
    for element in look.elements():
        # A boundary event belongs where its activity is.
        here = element.attached_to or element.id
        if element.process == element.parent and element.process in divided and here not in members:
            yield fault(element, "it is in no lane.", "Move it into the lane of whoever does it.")


@rule("PW-611", section="BPMN 2.0.2 §8.4.1")
def association_ends_exist(look: Look) -> Iterator[Fault]:
    """An association joins two things that exist."""
    for association in look.diagram.associations.values():
        for end, ref in (("source", association.source), ("target", association.target)):
            if ref not in look.diagram.holders:
                wrong = look.describe(ref) if ref else "it has none"
                yield fault(association, f"its {end} is wrong: {wrong}.", "Connect both its ends, or take it out.")


@rule("PW-612", section="BPMN 2.0.2 §9.4", severity="warning")
def message_event_has_no_crowd(look: Look) -> Iterator[Fault]:
    """At most one message flow ends at an event."""
    seen: dict[str, str] = {}
    for flow in look.diagram.message_flows.values():
        event = look.diagram.elements.get(flow.target)
        if event is not None and event.catching:
            first = seen.setdefault(flow.target, flow.id)
            if first != flow.id:
                message = f'"{short(first)}" leads to the same event.'
                yield fault(flow, message, "Use an event for each message, or a multiple event.")
